"""The pages people see and repair things on: rendered here, useful without any script."""
