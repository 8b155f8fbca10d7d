//! The functions behind the triggers of a lab: closures that a test writes.

#![expect(clippy::panic, reason = "what is missing fails the test")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poolhouse_outbound::{BoxFuture, Invocation, Invocations, InvokeError, Invoker};
use serde_json::{Value, json};

/// What a function does with an event.
type Body = Arc<dyn Fn(Value) -> Result<Value, InvokeError> + Send + Sync>;

/// The functions of one lab, by ARN; clones are the same. Every event that one of them received is kept.
#[derive(Clone, Default)]
pub struct Functions {
    known: Arc<Mutex<Known>>,
    /// What developers see of the calls.
    pub(crate) invocations: Arc<Invocations>,
}

#[derive(Default)]
struct Known {
    bodies: HashMap<String, Body>,
    received: Vec<(String, Value)>,
}

impl Functions {
    /// Puts a function at `name` and answers its ARN. What it returns is what the caller gets.
    pub fn put(
        &self,
        name: &str,
        body: impl Fn(Value) -> Result<Value, InvokeError> + Send + Sync + 'static,
    ) -> String {
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
        self.lock().bodies.insert(arn.clone(), Arc::new(body));
        arn
    }

    /// A function that returns its event with this `response`.
    pub fn answering(&self, name: &str, response: Value) -> String {
        self.put(name, move |mut event| {
            if let Some(members) = event.as_object_mut() {
                members.insert("response".to_owned(), response.clone());
            }
            Ok(event)
        })
    }

    /// A function that returns its event as it is.
    pub fn listening(&self, name: &str) -> String {
        self.put(name, Ok)
    }

    /// A function that throws an error with this message.
    pub fn failing(&self, name: &str, message: &str) -> String {
        let message = message.to_owned();
        self.put(name, move |_| {
            Err(InvokeError::Function {
                message: message.clone(),
            })
        })
    }

    /// The events that the function at `name` received, oldest first.
    pub fn events(&self, name: &str) -> Vec<Value> {
        let suffix = format!(":function:{name}");
        let known = self.lock();
        let received = known.received.iter().filter(|(arn, _)| arn.ends_with(&suffix));
        received.map(|(_, event)| event.clone()).collect()
    }

    /// The only event that the function at `name` received.
    pub fn event(&self, name: &str) -> Value {
        let mut events = self.events(name);
        match (events.pop(), events.is_empty()) {
            (Some(event), true) => event,
            (last, _) => panic!("{name} received {} events, the last one {last:?}", events.len()),
        }
    }

    /// The `triggerSource` of every event of every function, oldest first.
    pub fn sources(&self) -> Vec<String> {
        let known = self.lock();
        let source = |(_, event): &(String, Value)| event["triggerSource"].as_str().unwrap_or_default().to_owned();
        known.received.iter().map(source).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Invoker for Functions {
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<Value, InvokeError>> {
        let body = {
            let mut known = self.lock();
            let Invocation {
                function_arn, event, ..
            } = &invocation;
            known.received.push((function_arn.clone(), event.clone()));
            known.bodies.get(function_arn).cloned()
        };
        Box::pin(async move {
            let outcome = match body {
                // As over a wire: what comes back is JSON that somebody else wrote.
                Some(body) => body(json!(invocation.event)),
                None => Err(InvokeError::NoTarget),
            };
            self.invocations.note(invocation, None, &outcome, Duration::ZERO, 1);
            outcome
        })
    }
}
