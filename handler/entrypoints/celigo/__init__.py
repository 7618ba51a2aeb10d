"""The plugin as a Celigo extension: integrator.io calls its functions by name.

It can be a stack of either type: a server that answers `POST /function`, or a Lambda function that
integrator.io invokes itself. The protocol behind both is one, in `extension.py`.
"""
