"""Watching the engine: its operators are notified when it is sick, without using its jobs or queue.

Every process watches, the web's too: when all engines are dead, it is the one that notifies them.
"""
