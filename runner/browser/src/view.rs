//! What a reader may look through.

/// mdBook's themes.
pub const THEMES: [&str; 5] = ["light", "rust", "coal", "navy", "ayu"];

/// A window, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width(pub u32);

/// A laptop.
pub const WIDE: Width = Width(1280);
/// A narrow telephone.
pub const NARROW: Width = Width(375);
/// What an A4 sheet leaves between Chromium's margins.
pub const PAPER: Width = Width(718);

/// For whom the page is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A screen whose owner prefers light colours.
    Screen,
    /// A screen whose owner prefers dark ones.
    DarkScreen,
    /// A printer.
    Print,
}
