"""The outside world behind the ports: files on disk, stores, buckets. Nothing here decides."""
