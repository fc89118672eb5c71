"""What several ways out share: a page in words, the causes of failed connections, the waits that servers ask for."""
