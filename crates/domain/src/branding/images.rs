//! Images that administrators give: they are what they say, and named after their content.

use imagesize::ImageType;
use poolhouse_crypto::hmac::sha256;
use poolhouse_model::AssetExtensionType;
use serde::{Deserialize, Serialize};

use super::svg;
use crate::{Error, Result};

/// The most points of a picture: a small file can make a picture that fills a browser's memory.
const POINTS: usize = 40_000_000;

/// An image without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageName {
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub digest: String,
    pub extension: AssetExtensionType,
}

/// An image that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub name: ImageName,
    pub bytes: Vec<u8>,
}

impl Image {
    /// Takes the bytes of an image of this kind.
    pub fn read(extension: AssetExtensionType, bytes: Vec<u8>) -> Result<Self> {
        match extension {
            AssetExtensionType::Svg => svg::check(&bytes)?,
            _ => check_pixels(extension, &bytes)?,
        }
        let digest = hex::encode(sha256(&bytes));
        Ok(Self {
            name: ImageName { digest, extension },
            bytes,
        })
    }

    /// Takes the bytes of an image of one of these kinds.
    pub fn read_any(extensions: &[AssetExtensionType], bytes: Vec<u8>) -> Result<Self> {
        let found = kind(&bytes).filter(|found| extensions.contains(found));
        let extension = found.ok_or_else(|| {
            let names: Vec<&str> = extensions.iter().map(|extension| extension.as_str()).collect();
            Error::invalid_parameter(format!("The image must be of type {}.", names.join(" or ")))
        })?;
        Self::read(extension, bytes)
    }
}

impl ImageName {
    /// The name under which the image is served, such as `9f86d0….png`.
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.digest, self.extension.as_str().to_ascii_lowercase())
    }

    /// Reads the name under which an image is served.
    pub fn parse(file_name: &str) -> Option<Self> {
        let (digest, extension) = file_name.split_once('.')?;
        let is_digest = digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let extension = AssetExtensionType::ALL
            .iter()
            .find(|known| known.as_str().to_ascii_lowercase() == extension)?;
        is_digest.then(|| Self {
            digest: digest.to_owned(),
            extension: *extension,
        })
    }

    /// The media type of the image.
    pub fn media_type(&self) -> &'static str {
        match self.extension {
            AssetExtensionType::Ico => "image/x-icon",
            AssetExtensionType::Jpeg => "image/jpeg",
            AssetExtensionType::Png => "image/png",
            AssetExtensionType::Svg => "image/svg+xml",
            AssetExtensionType::Webp => "image/webp",
        }
    }
}

fn check_pixels(extension: AssetExtensionType, bytes: &[u8]) -> Result<()> {
    let not_valid = || Error::invalid_parameter(format!("The image is not a valid {extension} file."));
    if kind(bytes) != Some(extension) {
        return Err(not_valid());
    }
    let size = imagesize::blob_size(bytes).map_err(|_| not_valid())?;
    match size.width.checked_mul(size.height) {
        Some(0) => Err(not_valid()),
        Some(..=POINTS) => Ok(()),
        _ => Err(Error::invalid_parameter(format!(
            "The image must not have more than {POINTS} pixels."
        ))),
    }
}

fn kind(bytes: &[u8]) -> Option<AssetExtensionType> {
    match imagesize::image_type(bytes).ok()? {
        ImageType::Ico => Some(AssetExtensionType::Ico),
        ImageType::Jpeg => Some(AssetExtensionType::Jpeg),
        ImageType::Png => Some(AssetExtensionType::Png),
        ImageType::Webp => Some(AssetExtensionType::Webp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use AssetExtensionType::{Ico, Jpeg, Png, Svg, Webp};

    use super::*;

    /// The beginning of a PNG file of this size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x06\0\0\0");
        bytes
    }

    fn ico() -> Vec<u8> {
        b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\0\0\0\0\x16\0\0\0".to_vec()
    }

    fn webp() -> Vec<u8> {
        b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x07\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()
    }

    fn jpeg() -> Vec<u8> {
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0".to_vec()
    }

    #[test]
    fn images_are_named_after_their_content() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec();
        for (extension, bytes, media_type) in [
            (Png, png(16, 16), "image/png"),
            (Ico, ico(), "image/x-icon"),
            (Webp, webp(), "image/webp"),
            (Jpeg, jpeg(), "image/jpeg"),
            (Svg, svg, "image/svg+xml"),
        ] {
            let image = Image::read(extension, bytes.clone()).unwrap();
            assert_eq!((image.name.media_type(), &image.bytes), (media_type, &bytes));
            let name = image.name.file_name();
            assert_eq!(
                name,
                format!("{}.{}", hex::encode(sha256(&bytes)), extension.as_str().to_lowercase())
            );
            assert_eq!(ImageName::parse(&name), Some(image.name));
        }
    }

    #[test]
    fn names_are_digests_with_a_known_ending() {
        let digest = "a".repeat(64);
        for name in [
            String::new(),
            digest.clone(),
            format!("{digest}.html"),
            format!("{digest}.PNG"),
            format!("{digest}.png.svg"),
            format!("{}.png", "A".repeat(64)),
            format!("{}.png", "a".repeat(63)),
            "../../etc/passwd.png".to_owned(),
        ] {
            assert_eq!(ImageName::parse(&name), None, "{name}");
        }
    }

    #[test]
    fn bytes_of_another_kind_are_refused() {
        let html = b"<html><script>alert(1)</script></html>".to_vec();
        for (extension, bytes) in [
            (Png, jpeg()),
            (Jpeg, png(1, 1)),
            (Ico, png(1, 1)),
            (Webp, html.clone()),
            (Png, html.clone()),
            (Png, b"\x89PNG\r\n\x1a\n".to_vec()),
            (Png, png(0, 1)),
            (Jpeg, Vec::new()),
        ] {
            let message = Image::read(extension, bytes).unwrap_err().to_string();
            assert_eq!(message, format!("The image is not a valid {extension} file."));
        }
        let message = Image::read(Svg, html).unwrap_err().to_string();
        assert_eq!(message, "The image is not a valid SVG document.");
    }

    #[test]
    fn a_picture_has_a_bounded_number_of_pixels() {
        Image::read(Png, png(8_000, 5_000)).unwrap();
        for (width, height) in [(8_000, 5_001), (u32::MAX, u32::MAX)] {
            let message = Image::read(Png, png(width, height)).unwrap_err().to_string();
            assert_eq!(message, "The image must not have more than 40000000 pixels.");
        }
    }

    #[test]
    fn one_of_several_kinds_is_found() {
        assert_eq!(Image::read_any(&[Png, Jpeg], jpeg()).unwrap().name.extension, Jpeg);
        for bytes in [
            webp(),
            Vec::new(),
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
        ] {
            let message = Image::read_any(&[Png, Jpeg], bytes).unwrap_err().to_string();
            assert_eq!(message, "The image must be of type PNG or JPEG.");
        }
    }
}
