//! An authenticator app.

#![expect(clippy::expect_used, reason = "a secret that no app takes fails the test")]

use std::time::Duration;

use poolhouse_domain::Clock;
use totp_rs::{Builder, Secret, Totp};

use crate::clock::TestClock;

/// How long a code lasts.
pub const STEP: Duration = Duration::from_secs(30);

/// An app that was given the secret of a user.
pub struct Authenticator(Totp);

impl Authenticator {
    /// Takes a `SecretCode` as it is typed in.
    pub fn new(secret_code: &str) -> Self {
        let secret = Secret::try_from_base32(secret_code).expect("the secret is Base32");
        let totp = Builder::new().with_secret(secret).with_step_duration(STEP.as_secs());
        Self(totp.with_skew(0).build_noncompliant())
    }

    /// The code that the app shows now.
    pub fn code(&self, clock: &TestClock) -> String {
        let now = u64::try_from(clock.now().seconds()).expect("a time of our era");
        self.0.generate(now).to_string()
    }

    /// A code of six digits that it doesn't show now, nor just before or after.
    pub fn wrong_code(&self, clock: &TestClock) -> String {
        let now = u64::try_from(clock.now().seconds()).expect("a time of our era");
        let near = [now - STEP.as_secs(), now, now + STEP.as_secs()].map(|time| self.0.generate(time).to_string());
        let candidates = (0..4).map(|number| format!("{number:06}"));
        let mut wrong = candidates.filter(|code| !near.contains(code));
        wrong.next().expect("four codes are more than three")
    }
}
