//! The cases are in `cases/`; `ui.rs` runs them.
