"""What users may use in their own tests: the movable clock. Receivers of pages live by their channel."""
