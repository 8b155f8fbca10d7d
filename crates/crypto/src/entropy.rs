//! Where random bytes, ids and codes come from.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use uuid::{Builder, Uuid};

const DIGITS: &[u8] = b"0123456789";
const ALPHANUMERIC_LOWER: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A source of unpredictable bytes, and of the ids and codes made from them.
pub trait Entropy: Send + Sync {
    /// Overwrites all of `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);

    /// Makes a random (version 4) UUID, lower case with hyphens.
    fn uuid_v4(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Makes the `sub` of a new user: the shape of a UUID whose third group starts with `70`, otherwise random.
    ///
    /// It has neither a timestamp nor the RFC 9562 variant bits; 120 bits are random.
    fn sub(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        bytes[6] = 0x70;
        Uuid::from_bytes(bytes).to_string()
    }

    /// Makes a code of `length` decimal digits, all codes being equally likely.
    fn digits(&self, length: usize) -> String {
        draw(self, DIGITS, length)
    }

    /// Makes a string of `length` characters of `[0-9a-z]`, all strings being equally likely.
    fn alphanumeric_lower(&self, length: usize) -> String {
        draw(self, ALPHANUMERIC_LOWER, length)
    }

    /// Makes a string of `length` characters of `[0-9A-Za-z]`, all strings being equally likely.
    fn alphanumeric(&self, length: usize) -> String {
        draw(self, ALPHANUMERIC, length)
    }
}

/// Draws `length` characters of `alphabet` (at most 256) uniformly.
///
/// A byte past the largest multiple of the alphabet's size is thrown away, so the remainder has no bias.
fn draw(entropy: &(impl Entropy + ?Sized), alphabet: &[u8], length: usize) -> String {
    let usable = 256 - 256 % alphabet.len();
    let mut drawn = String::with_capacity(length);
    let mut bytes = [0; 32];
    while drawn.len() < length {
        entropy.fill(&mut bytes);
        let characters = bytes
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < usable)
            .filter_map(|byte| alphabet.get(byte % alphabet.len()))
            .map(|character| char::from(*character));
        drawn.extend(characters.take(length - drawn.len()));
    }
    drawn
}

/// The random generator of AWS-LC, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// Waits while the operating system has no entropy to give, rather than return bytes that can be guessed.
    fn fill(&self, bytes: &mut [u8]) {
        let random = SystemRandom::new();
        while random.fill(bytes).is_err() {
            tracing::error!("the operating system gives no entropy; trying again");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A reproducible stream of bytes for tests: HMAC-SHA256 of a counter under a seed.
///
/// Whoever knows the seed knows every byte. Each call of [`Entropy::fill`] starts at a new block of the stream.
#[derive(Debug)]
pub struct SeededEntropy {
    key: hmac::Key,
    next_block: AtomicU64,
}

impl SeededEntropy {
    /// Starts the stream of `seed` from its beginning.
    pub fn new(seed: &str) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, seed.as_bytes()),
            next_block: AtomicU64::new(0),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(hmac::HMAC_SHA256.tag_len()) {
            let block = self.next_block.fetch_add(1, Ordering::Relaxed);
            let tag = hmac::sign(&self.key, &block.to_be_bytes());
            for (byte, random) in chunk.iter_mut().zip(tag.as_ref()) {
                *byte = *random;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replays given bytes, then zeroes.
    struct Scripted(std::sync::Mutex<std::collections::VecDeque<u8>>);

    impl Entropy for Scripted {
        fn fill(&self, bytes: &mut [u8]) {
            let mut script = self.0.lock().unwrap();
            for byte in bytes {
                *byte = script.pop_front().unwrap_or(0);
            }
        }
    }

    fn scripted(bytes: impl IntoIterator<Item = u8>) -> Scripted {
        Scripted(std::sync::Mutex::new(bytes.into_iter().collect()))
    }

    #[test]
    fn a_uuid_has_the_version_and_variant_bits_of_version_4() {
        assert_eq!(scripted([0xff; 16]).uuid_v4(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(scripted([0; 16]).uuid_v4(), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_sub_has_70_in_its_third_group_and_no_variant_bits() {
        assert_eq!(scripted([0xff; 16]).sub(), "ffffffff-ffff-70ff-ffff-ffffffffffff");
        assert_eq!(scripted([0; 16]).sub(), "00000000-0000-7000-0000-000000000000");
    }

    #[test]
    fn bytes_that_would_bias_a_digit_are_thrown_away() {
        // 250 to 255 are six extra chances for 0 to 5.
        let bytes = [255, 254, 253, 252, 251, 250, 249, 0, 10, 21, 102, 33];
        assert_eq!(scripted(bytes).digits(6), "900123");
    }

    #[test]
    fn every_digit_is_about_equally_likely() {
        let code = SeededEntropy::new("digits").digits(100_000);
        for digit in '0'..='9' {
            let count = code.chars().filter(|character| *character == digit).count();
            assert!((9_600..=10_400).contains(&count), "{digit} came {count} times");
        }
    }

    #[test]
    fn strings_have_exactly_the_length_and_the_alphabet_asked_for() {
        for length in [0, 1, 26, 52, 1000] {
            let lower = SystemEntropy.alphanumeric_lower(length);
            assert_eq!(lower.len(), length);
            assert!(lower.bytes().all(|byte| ALPHANUMERIC_LOWER.contains(&byte)));
            let mixed = SystemEntropy.alphanumeric(length);
            assert_eq!(mixed.len(), length);
            assert!(mixed.bytes().all(|byte| ALPHANUMERIC.contains(&byte)));
        }
        let all = SeededEntropy::new("alphabet").alphanumeric(5_000);
        assert!(
            ALPHANUMERIC.iter().all(|byte| all.bytes().any(|drawn| drawn == *byte)),
            "a character never comes"
        );
    }

    #[test]
    fn a_seed_gives_the_same_stream_again_and_another_seed_another_one() {
        let stream = |seed| {
            let entropy = SeededEntropy::new(seed);
            (entropy.uuid_v4(), entropy.digits(8), entropy.alphanumeric(40))
        };
        assert_eq!(stream("a"), stream("a"));
        assert_ne!(stream("a"), stream("b"));
        let entropy = SeededEntropy::new("a");
        assert_ne!(entropy.uuid_v4(), entropy.uuid_v4());
    }

    #[test]
    fn system_entropy_does_not_repeat() {
        let entropy: &dyn Entropy = &SystemEntropy;
        assert_ne!(entropy.uuid_v4(), entropy.uuid_v4());
    }
}
