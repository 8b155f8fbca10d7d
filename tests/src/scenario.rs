//! How scenarios are written.

/// Makes two tests of each scenario: `name::sqlite` and `name::postgres`. A scenario takes a [`Lab`]; after the word
/// `production` the lab is in production mode, after `alone` it has a database of its own.
///
/// ```text
/// scenario! {
///     async fn a_user_signs_in(lab: Lab) {
///         lab.pool().await.client().await.confirmed_user("alice").await.sign_in().await;
///     }
/// }
/// ```
#[macro_export]
macro_rules! scenario {
    () => {};
    (async fn $name:ident($lab:ident: Lab) $body:block $($rest:tt)*) => {
        $crate::scenario! { @tests new $name $lab $body }
        $crate::scenario! { $($rest)* }
    };
    (production async fn $name:ident($lab:ident: Lab) $body:block $($rest:tt)*) => {
        $crate::scenario! { @tests production $name $lab $body }
        $crate::scenario! { $($rest)* }
    };
    (alone async fn $name:ident($lab:ident: Lab) $body:block $($rest:tt)*) => {
        $crate::scenario! { @tests alone $name $lab $body }
        $crate::scenario! { $($rest)* }
    };
    (@tests $mode:ident $name:ident $lab:ident $body:block) => {
        mod $name {
            use super::*;

            async fn scenario($lab: $crate::lab::Lab) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                scenario($crate::lab::Lab::$mode($crate::database::Backend::SqliteFile).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                scenario($crate::lab::Lab::$mode($crate::database::Backend::Postgres).await).await;
            }
        }
    };
}
