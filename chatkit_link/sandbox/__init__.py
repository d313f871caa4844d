"""Runs code over what strangers wrote in processes that can do nothing but compute, and that are killed in time."""
