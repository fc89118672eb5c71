"""Services, their integration keys and their maintenance."""
