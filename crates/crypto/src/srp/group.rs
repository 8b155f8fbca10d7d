//! The group of SRP: integers modulo the 3072-bit prime of RFC 3526, and the ways this dialect writes them.

use std::sync::LazyLock;

use crypto_bigint::{Choice, CtAssign, CtEq, CtSelect, U256, U3072, U6144, const_monty_params};

use crate::hmac::sha256;

const_monty_params!(
    Modulus,
    U3072,
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
     EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
     EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
     83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
     E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
     15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
     ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
     BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    "N, a safe prime of 3072 bits: group 15 of RFC 3526."
);

/// An integer modulo N.
pub(super) type Element = crypto_bigint::modular::ConstMontyForm<Modulus, { U3072::LIMBS }>;

/// Length in bytes of N, and of an element in storage.
pub(super) const ELEMENT_LEN: usize = U3072::BYTES;

/// Length in bytes of every exponent: of x and u, which are hashes, and of the secret b.
pub(super) const EXPONENT_LEN: usize = U256::BYTES;

const GENERATOR: Element = Element::new(&U3072::from_u8(2));

/// The multiplier k: the hash of N and of the generator.
static MULTIPLIER: LazyLock<Element> = LazyLock::new(|| {
    let hash = sha256(&[pad(&to_bytes(&Element::MODULUS)), pad(&to_bytes(&GENERATOR.retrieve()))].concat());
    Element::new(&U256::from_be_slice(&hash).resize())
});

/// The powers of the generator, computed at the first sign-in.
static POWERS: LazyLock<Box<[Window]>> = LazyLock::new(powers_of_the_generator);

/// Four bits of an exponent select one of sixteen powers.
const WINDOW_BITS: u32 = 4;
const WINDOW_VALUES: usize = 1 << WINDOW_BITS;
const WINDOWS: usize = EXPONENT_LEN * 2;

/// g^(i·16^w) for all i below 16, of the w-th window.
type Window = [Element; WINDOW_VALUES];

fn powers_of_the_generator() -> Box<[Window]> {
    let mut base = GENERATOR;
    (0..WINDOWS)
        .map(|_| {
            let mut next = Element::ONE;
            let window = std::array::from_fn(|_| {
                let power = next;
                next = next.mul(&base);
                power
            });
            base = next;
            window
        })
        .collect()
}

/// Computes g^`exponent` (big-endian) from the table, in a time that says nothing about the exponent.
pub(super) fn generator_power(exponent: &[u8; EXPONENT_LEN]) -> Element {
    let nibbles = exponent.iter().rev().flat_map(|byte| [byte & 0x0f, byte >> 4]);
    POWERS
        .iter()
        .zip(nibbles)
        .fold(Element::ONE, |product, (window, nibble)| {
            let mut selected = Element::ONE;
            for (value, power) in (0u8..).zip(window) {
                selected.ct_assign(power, value.ct_eq(&nibble));
            }
            product.mul(&selected)
        })
}

/// Computes `base`^`exponent` (big-endian) in a time that says nothing about either.
pub(super) fn power(base: &Element, exponent: &[u8; EXPONENT_LEN]) -> Element {
    base.pow_bounded_exp(&U256::from_be_slice(exponent), U256::BITS)
}

/// Computes k·`verifier` + (−g)^`secret`, which is what the server shows.
///
/// Clients expect g^`secret`, and can't tell the difference: they raise it to their own exponent whatever it is. But g
/// generates the squares only, and N is prime, so anyone could see whether the value less k·g^x is a square, and each
/// answer of the server would rule out half of all passwords. −g generates the whole group, and gives nothing away.
pub(super) fn server_public(verifier: &Element, secret: &[u8; EXPONENT_LEN]) -> U3072 {
    let square = generator_power(secret);
    let odd = secret.last().map_or(Choice::FALSE, |byte| Choice::from_u8_lsb(*byte));
    let blind = square.ct_select(&square.neg(), odd);
    MULTIPLIER.mul(verifier).add(&blind).retrieve()
}

/// Reads a big-endian integer of at most twice the length of N, reduced modulo N; `None` when it is longer.
///
/// Takes a time that depends on the integer, which is not secret.
pub(super) fn reduce(bytes: &[u8]) -> Option<Element> {
    let wide = right_aligned::<{ U6144::BYTES }>(bytes)?;
    Some(Element::new(
        &U6144::from_be_slice(&wide).rem_vartime(Element::MODULUS.as_nz_ref()),
    ))
}

/// Reads a big-endian integer as long as N, reduced modulo N, in a time that says nothing about it.
pub(super) fn reduce_secret(bytes: &[u8; ELEMENT_LEN]) -> Element {
    Element::new(&U3072::from_be_slice(bytes).rem(Element::MODULUS.as_nz_ref()))
}

/// Reads a big-endian integer from 2 to N − 2, `None` for all others.
pub(super) fn read_non_trivial(bytes: &[u8]) -> Option<Element> {
    let integer = U3072::from_be_slice(&right_aligned::<ELEMENT_LEN>(bytes)?);
    let last = Element::MODULUS.wrapping_sub(&U3072::ONE);
    (integer > U3072::ONE && integer < last).then(|| Element::new(&integer))
}

/// Writes all bytes of an integer, big-endian.
pub(super) fn to_bytes(integer: &U3072) -> [u8; ELEMENT_LEN] {
    integer.to_be_bytes().into()
}

/// Writes an integer as `BigInteger.toByteArray` of Java does: in as few bytes as possible, the first of them below 128.
///
/// This is what clients hash: hexadecimal digits, `0` before an odd number of them, `00` before a digit above 7.
pub(super) fn pad(big_endian: &[u8]) -> Vec<u8> {
    let digits = strip_zeros(big_endian);
    let sign = digits.first().is_none_or(|first| *first >= 0x80);
    let mut padded = Vec::with_capacity(digits.len() + 1);
    padded.extend(sign.then_some(0));
    padded.extend_from_slice(digits);
    padded
}

/// Writes an integer in hexadecimal digits, lower case, without leading zeros.
pub(super) fn to_hex(big_endian: &[u8]) -> String {
    let digits = hex::encode(big_endian);
    match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    }
}

fn strip_zeros(big_endian: &[u8]) -> &[u8] {
    let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
    big_endian.get(zeros..).unwrap_or_default()
}

/// Puts zeros before an integer, whose own leading zeros don't count.
fn right_aligned<const LENGTH: usize>(big_endian: &[u8]) -> Option<[u8; LENGTH]> {
    let digits = strip_zeros(big_endian);
    let mut aligned = [0; LENGTH];
    let start = LENGTH.checked_sub(digits.len())?;
    aligned.get_mut(start..)?.copy_from_slice(digits);
    Some(aligned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exponent(fill: impl Fn(usize) -> u8) -> [u8; EXPONENT_LEN] {
        std::array::from_fn(fill)
    }

    #[test]
    fn the_table_gives_the_powers_that_exponentiation_gives() {
        let exponents = [
            exponent(|_| 0),
            exponent(|_| 0xff),
            exponent(|index| u8::from(index == 31)),
            exponent(|index| if index == 0 { 0x80 } else { 0 }),
            sha256(b"any"),
            sha256(b"other"),
        ];
        for exponent in exponents {
            assert_eq!(generator_power(&exponent), power(&GENERATOR, &exponent), "{exponent:?}");
        }
        assert_eq!(generator_power(&exponent(|_| 0)), Element::ONE);
        assert_eq!(
            generator_power(&exponent(|index| if index == 31 { 11 } else { 0 })).retrieve(),
            U3072::from_u16(2048)
        );
    }

    #[test]
    fn k_is_the_constant_that_clients_compute() {
        assert_eq!(
            to_hex(&to_bytes(&MULTIPLIER.retrieve())),
            "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
        );
    }

    #[test]
    fn an_integer_is_padded_to_whole_bytes_below_128() {
        for (integer, padded) in [
            (&[][..], &[0][..]),
            (&[0, 0], &[0]),
            (&[0x7f], &[0x7f]),
            (&[0x80], &[0, 0x80]),
            (&[0, 0x80], &[0, 0x80]),
            (&[0, 0, 0, 0xff, 1], &[0, 0xff, 1]),
            (&[0, 0x0a, 0xbc], &[0x0a, 0xbc]),
        ] {
            assert_eq!(pad(integer), padded, "{integer:?}");
        }
    }

    #[test]
    fn hexadecimal_digits_have_no_leading_zeros() {
        for (integer, digits) in [
            (&[][..], "0"),
            (&[0, 0], "0"),
            (&[0, 0x0a, 0xbc], "abc"),
            (&[0xAB, 0], "ab00"),
        ] {
            assert_eq!(to_hex(integer), digits);
        }
    }

    #[test]
    fn what_the_server_shows_is_now_a_square_and_now_not() {
        use crypto_bigint::JacobiSymbol;
        let verifier = generator_power(&sha256(b"password"));
        let squares = (0..64u8)
            .map(|number| Element::new(&server_public(&verifier, &sha256(&[number]))))
            .map(|shown| shown.sub(&MULTIPLIER.mul(&verifier)))
            .filter(|blind| blind.jacobi_symbol() == JacobiSymbol::One)
            .count();
        assert!((16..=48).contains(&squares), "{squares} of 64 are squares");
    }
}
