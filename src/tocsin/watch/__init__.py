"""The engine is watched, and its operators are notified when it is sick, on a path that uses no job and no queue.

Every process watches, the web's too: when all engines are dead, it is the one that notifies them.
"""
