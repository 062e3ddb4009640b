"""Forms about subjects. They check what was typed; services check what may happen."""
