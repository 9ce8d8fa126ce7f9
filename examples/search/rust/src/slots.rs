//! Things that OCaml holds by number.

use std::sync::{Arc, Mutex, PoisonError};

/// Things of one sort. A number is used again once its thing is taken out.
pub struct Slots<T> {
    what: &'static str,
    places: Mutex<Vec<Option<Arc<T>>>>,
}

impl<T> Slots<T> {
    /// No things yet; `what` they are is for messages.
    pub const fn new(what: &'static str) -> Self {
        Slots { what, places: Mutex::new(Vec::new()) }
    }

    fn with<R>(&self, body: impl FnOnce(&mut Vec<Option<Arc<T>>>) -> R) -> R {
        body(&mut self.places.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a thing in and gives its number.
    pub fn insert(&self, thing: T) -> usize {
        let thing = Some(Arc::new(thing));
        self.with(|places| match places.iter().position(Option::is_none) {
            Some(free) => {
                places[free] = thing;
                free
            }
            None => {
                places.push(thing);
                places.len() - 1
            }
        })
    }

    /// The thing of this number.
    ///
    /// # Errors
    ///
    /// If there is none, or no more.
    pub fn get(&self, number: usize) -> Result<Arc<T>, String> {
        self.with(|places| places.get(number).cloned().flatten())
            .ok_or_else(|| format!("there is no {} {number}", self.what))
    }

    /// Takes the thing of this number out.
    ///
    /// # Errors
    ///
    /// If there is none, or no more.
    pub fn take(&self, number: usize) -> Result<Arc<T>, String> {
        self.with(|places| places.get_mut(number).and_then(Option::take))
            .ok_or_else(|| format!("there is no {} {number}", self.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_used_again_but_not_before() {
        let slots = Slots::new("thing");
        assert_eq!((slots.insert('a'), slots.insert('b')), (0, 1));
        assert_eq!(slots.take(0), Ok(Arc::new('a')));
        assert_eq!(slots.get(0), Err("there is no thing 0".into()));
        assert_eq!(slots.insert('c'), 0);
        assert_eq!(slots.get(0), Ok(Arc::new('c')));
        assert_eq!(slots.take(7), Err("there is no thing 7".into()));
    }
}
