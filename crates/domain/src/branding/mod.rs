//! How the pages of a pool look: what administrators may change, and how it is checked.

pub mod brand;
pub mod classic;
pub mod colors;
pub mod css;
pub mod images;
pub mod settings;
pub mod style;
mod svg;
