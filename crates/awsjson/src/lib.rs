//! The AWS JSON 1.1 protocol: what an operation is, how a request becomes its input, and how its outcome becomes an
//! answer.
//!
//! A call goes through these steps, each a module:
//!
//! 1. [`request`]: content type and target header name the operation;
//! 2. [`sigv4`]: the signature, where the operation's [`Auth`] asks for one;
//! 3. [`parse`]: bytes become JSON of the right types, without unknown members;
//! 4. [`constraints`]: every violated constraint of the model is collected into one sentence;
//! 5. the service does its work;
//! 6. [`encode`] or [`Fault`]: the answer.
//!
//! Nothing here knows which service it serves: a [`Service`], [`Shape`] tables and [`Operation`] types are handed in.

mod conformance;
pub mod constraints;
pub mod encode;
mod fault;
mod operation;
pub mod parse;
pub mod request;
pub mod shape;
pub mod sigv4;

pub use conformance::conforms;
pub use fault::Fault;
pub use operation::{Auth, Description, Operation, Service};
pub use shape::Shape;
