//! One request or tick: who, when, and under which operation id.

use dataops_domain::{Actor, Timestamp, id};
use sha2::{Digest, Sha256};

/// A caller's promise that a repeated request is the same request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Actor, route and key, hashed: where the answer is recorded.
    pub record: String,
    /// SHA-256 of the body, in hex.
    pub body_hash: String,
}

impl IdempotencyKey {
    /// The key of one caller's request on one route.
    pub fn new(actor: &str, route: &str, key: &str, body: &[u8]) -> Self {
        Self { record: hex(serde_json::json!([actor, route, key]).to_string().as_bytes()), body_hash: hex(body) }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One operation. Every write carries its id, so a write whose reply was lost is recognised as one's own.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Derived from the Idempotency-Key, else from the request id.
    pub id: String,
    /// Who.
    pub actor: Actor,
    /// When: taken once.
    pub now: Timestamp,
    /// The key, when the caller sent one.
    pub idempotency: Option<IdempotencyKey>,
    /// The time part of the ids it makes: when the request reached the gateway, so that a repeated Invoke of one request
    /// makes the same ids.
    stamp: Timestamp,
}

impl Operation {
    /// An operation named by its request id, or by its Idempotency-Key when there is one.
    pub fn new(request_id: &str, actor: Actor, now: Timestamp, idempotency: Option<IdempotencyKey>) -> Self {
        let id = idempotency
            .as_ref()
            .map_or_else(|| hex(request_id.as_bytes()), |key| hex(format!("{}.{}", key.record, key.body_hash).as_bytes()));
        Self { id, actor, now, idempotency, stamp: now }
    }

    /// The same operation with the moment its request reached the gateway.
    #[must_use]
    pub fn received_at(mut self, moment: Timestamp) -> Self {
        self.stamp = moment;
        self
    }

    /// A part of this operation with an id of its own, for work that takes several transactions.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        Self { id: format!("{}.{name}", self.id), idempotency: None, ..self.clone() }
    }

    /// As [`Self::part`], with an answer of its own under the caller's key: a repetition of the whole finds what each
    /// part did, however far the first attempt came.
    #[must_use]
    pub fn answered_part(&self, name: &str) -> Self {
        let key = self.idempotency.as_ref();
        let idempotency =
            key.map(|key| IdempotencyKey { record: hex(format!("{}.{name}", key.record).as_bytes()), body_hash: key.body_hash.clone() });
        Self { idempotency, ..self.part(name) }
    }

    /// The same operation under an id that no repetition of it has: for an answer with a secret, which can't be given a
    /// second time. `nonce` is random.
    #[must_use]
    pub fn once(&self, nonce: &str) -> Self {
        Self { id: format!("{}.{}", self.id, hex(nonce.as_bytes())), ..self.clone() }
    }

    /// A new id for something this operation makes; the same operation makes the same ids. A repetition under an
    /// Idempotency-Key comes at another time and makes another id, which the recorded answer keeps from being stored.
    pub fn new_id(&self, what: &str) -> String {
        id::seeded(u64::try_from(self.stamp.millis()).unwrap_or(0), &[&self.id, what])
    }
}
