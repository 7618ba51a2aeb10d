"""What integrator.io may call of the plugin; `catalogue.py` lists it, a file each says how."""
