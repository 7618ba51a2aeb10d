"""What the plugin says of itself: OpenAPI, a Postman collection, resources for Celigo.

Made by `python3 infra/dev.py contracts` from the pydantic models the views read requests with, and
committed; nothing of this runs in the Lambda functions.
"""
