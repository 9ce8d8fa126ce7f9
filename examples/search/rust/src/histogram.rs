//! Times in a fixed amount of memory, however many there are.

use std::time::Duration;

/// Each power of two has this many buckets, so a quantile is exact to about 3 %.
const PER_OCTAVE: u64 = 32;
const OCTAVES: u64 = 32;

/// How many times fell into each range, in microseconds.
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    longest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let buckets = usize::try_from(PER_OCTAVE * OCTAVES).expect("a small constant");
        Histogram { buckets: vec![0; buckets], count: 0, longest: 0 }
    }
}

/// The bucket of a number: itself below `PER_OCTAVE`, then its leading bits.
fn bucket(micros: u64) -> usize {
    let shift = (micros / PER_OCTAVE).checked_ilog2().map_or(0, |log| u64::from(log) + 1);
    let index = shift * PER_OCTAVE / 2 + (micros >> shift);
    usize::try_from(index.min(PER_OCTAVE * OCTAVES - 1)).expect("bounded above")
}

impl Histogram {
    /// Counts a time.
    pub fn add(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(micros)] += 1;
        self.count += 1;
        self.longest = self.longest.max(micros);
    }

    /// The time in microseconds within which this part of the times lies; 0 when there are none.
    pub fn quantile(&self, part: f64) -> f64 {
        let wanted = (part * self.count as f64).ceil() as u64;
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return upper_bound(index as u64).min(self.longest) as f64;
            }
        }
        self.longest as f64
    }
}

/// The largest number of a bucket.
fn upper_bound(index: u64) -> u64 {
    if index < PER_OCTAVE {
        return index;
    }
    let shift = (index - PER_OCTAVE / 2) / (PER_OCTAVE / 2);
    let leading = index - shift * PER_OCTAVE / 2;
    ((leading + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_in_the_bucket_that_ends_at_or_after_it() {
        let mut last = 0;
        for micros in (0..100_000).chain((100_000..2_000_000_000).step_by(99_991)) {
            let index = bucket(micros);
            assert!(index >= last);
            last = index;
            let bound = upper_bound(index as u64);
            assert!(bound >= micros, "{micros} is above {bound}");
            assert!(bound as f64 <= micros as f64 * 1.07, "{micros} is far below {bound}");
        }
    }

    #[test]
    fn quantiles_of_a_hundred_times() {
        let mut times = Histogram::default();
        assert_eq!(times.quantile(0.5), 0.0);
        for millis in 1..=100 {
            times.add(Duration::from_millis(millis));
        }
        assert!((times.quantile(0.5) / 50_000.0 - 1.0).abs() < 0.07);
        assert!((times.quantile(0.99) / 99_000.0 - 1.0).abs() < 0.07);
        assert_eq!(times.quantile(1.0), 100_000.0);
    }
}
