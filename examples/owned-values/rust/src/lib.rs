//! Dictionaries that stay in Rust and belong to OCaml.

use bactrian::{Custom, DynBox, Marshal, OCamlException, OCamlFn, OCamlRuntime, export};
use std::collections::BTreeMap;

/// How often each word occurs. OCaml sees an abstract type.
#[derive(Custom, Debug, Default, PartialEq, PartialOrd)]
#[ocaml(
    name = "dictionary",
    compare,
    show,
    marshal = "example.dictionary",
    heap_size = "Dictionary::heap_size"
)]
pub struct Dictionary {
    words: BTreeMap<String, u32>,
}

/// Each `pub fn` is a function for OCaml: `dictionary_of_text`, `dictionary_count` …
#[export]
impl Dictionary {
    /// The words of a text, in small letters.
    pub fn of_text(text: &str) -> Self {
        let mut dictionary = Dictionary::default();
        for word in text.split_whitespace() {
            *dictionary.words.entry(word.to_lowercase()).or_default() += 1;
        }
        dictionary
    }

    /// How often a word occurs.
    pub fn count(&self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// The words that begin so.
    pub fn completions(&self, prefix: String) -> Vec<String> {
        let from = self.words.range(prefix.clone()..);
        from.map(|(word, _)| word.clone()).take_while(|word| word.starts_with(&prefix)).collect()
    }

    /// Adds the words of another dictionary. Two arguments that are one value would be borrowed twice: `Invalid_argument`.
    pub fn merge(&mut self, other: &Self) {
        for (word, count) in &other.words {
            *self.words.entry(word.clone()).or_default() += count;
        }
    }

    /// Calls the function for each word, while the dictionary is borrowed. OCaml may read it meanwhile, and cannot change or close it.
    #[export(raise)]
    pub fn iter(
        &self,
        rt: &mut OCamlRuntime,
        f: OCamlFn<(String, u32), ()>,
    ) -> Result<(), OCamlException> {
        for (word, count) in &self.words {
            f.call(rt, (word.clone(), *count))?;
        }
        Ok(())
    }

    /// Adds the words of a text, and says how many those are. A handle instead of a borrow: it can be sent, here to a thread that works without OCaml's lock.
    #[export(raise)]
    pub fn learn(
        rt: &mut OCamlRuntime,
        dictionary: DynBox<Dictionary>,
        text: String,
    ) -> Result<u32, String> {
        let learn = move || -> Result<u32, String> {
            let new = Dictionary::of_text(&text);
            dictionary.borrow_mut().map_err(|error| error.to_string())?.merge(&new);
            Ok(new.words.values().sum())
        };
        rt.releasing_runtime(|| std::thread::spawn(learn).join())
            .unwrap_or_else(|_| Err("the thread panicked".to_owned()))
    }

    /// About what the collector should know that a new one holds.
    fn heap_size(&self) -> usize {
        self.words.keys().map(|word| word.len() + 64).sum()
    }
}

impl Marshal for Dictionary {
    fn to_bytes(&self) -> Vec<u8> {
        let lines = self.words.iter().map(|(word, count)| format!("{count} {word}\n"));
        lines.collect::<String>().into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut dictionary = Dictionary::default();
        for line in text.lines() {
            let (count, word) = line.split_once(' ').ok_or("a line without a count")?;
            let count = count.parse().map_err(|_| format!("{count:?} is no count"))?;
            dictionary.words.insert(word.to_owned(), count);
        }
        Ok(dictionary)
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        if !self.words.is_empty() {
            println!("(a dictionary of {} words is dropped)", self.words.len());
        }
    }
}
