"""What stands between the network and the application: connections, their deadlines and their limits."""
