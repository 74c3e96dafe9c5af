//! What people see on Discord, and that Discord never has a reason to refuse it.
