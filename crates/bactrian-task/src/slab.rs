//! Values under keys that OCaml can hold.

/// A value's key in a [`Slab`]: index and generation, so that a key that outlives its value finds nothing. It
/// fits an OCaml `int`, and is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(u64);

const INDEX_BITS: u32 = 32;
/// 30 bits, since an OCaml `int` has 63 and the sign is left alone.
const GENERATIONS: u32 = 1 << 30;

impl Key {
    #[inline]
    fn new(index: usize, generation: u32) -> Self {
        Key(u64::from(generation) << INDEX_BITS | index as u64)
    }

    #[inline]
    fn index(self) -> usize {
        (self.0 & ((1 << INDEX_BITS) - 1)) as usize
    }

    #[inline]
    fn generation(self) -> u32 {
        (self.0 >> INDEX_BITS) as u32
    }

    #[inline]
    pub(crate) fn to_bits(self) -> u64 {
        self.0
    }

    /// The key of these bits; 0 is none.
    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        (bits != 0).then_some(Key(bits))
    }
}

struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

/// A vector with holes that are filled again.
pub(crate) struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<usize>,
}

impl<T> Slab<T> {
    pub(crate) const fn new() -> Self {
        Slab { slots: Vec::new(), free: Vec::new() }
    }

    #[inline]
    pub(crate) fn insert(&mut self, value: T) -> Key {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { generation: 1, value: None });
            self.slots.len() - 1
        });
        let slot = &mut self.slots[index];
        slot.value = Some(value);
        Key::new(index, slot.generation)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index())?;
        if slot.generation != key.generation() {
            return None;
        }
        slot.value.as_mut()
    }

    #[inline]
    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slots.get_mut(key.index())?;
        if slot.generation != key.generation() {
            return None;
        }
        let value = slot.value.take()?;
        slot.generation = (slot.generation % (GENERATIONS - 1)) + 1;
        self.free.push(key.index());
        Some(value)
    }

    pub(crate) fn keys(&self) -> Vec<Key> {
        let live = self.slots.iter().enumerate().filter(|(_, slot)| slot.value.is_some());
        live.map(|(index, slot)| Key::new(index, slot.generation)).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
