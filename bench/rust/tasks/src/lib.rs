//! The rows of the task layer, to be timed.

mod rows;
