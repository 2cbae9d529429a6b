//! Roles as on AWS: each function calls the embedded services by access keys of its own, and what the template's statements do not
//! allow its role is refused in AWS's words. So a permission that is missing is missed on the laptop first.
//!
//! Not judged here: policies of buckets and queues, and whoever calls with the keys of `admin`.

pub mod evaluate;
pub mod identity;
pub mod record;

pub(crate) mod database;
pub(crate) mod objects;

mod items;
mod pattern;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderMap, Uri};

use crate::template::{ACCOUNT, REGION, SECURE_TRANSPORT, Statement, Template};
use evaluate::{Request, Verdict, evaluate};
use identity::Scope;
use record::Seen;

/// The roles of a stack's functions.
pub struct Roles {
    functions: BTreeMap<String, Role>,
    refusals_expected: AtomicBool,
}

/// The role of one function.
struct Role {
    /// The function's logical id.
    function: String,
    /// The role's session, as refusals name it.
    arn: String,
    statements: Vec<Statement>,
}

/// One who calls, and where their request believes to go.
pub(crate) struct Caller<'r> {
    roles: &'r Roles,
    /// None for `admin`.
    role: Option<&'r Role>,
    pub(crate) region: String,
}

/// Why nobody is known to have called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// The request is not signed.
    Unsigned,
    /// The access key is nobody's.
    Unknown,
    /// The credentials have run out.
    Expired,
}

impl Stranger {
    /// The name of the error and its words, in AWS's way.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Unsigned => ("MissingAuthenticationTokenException", "Missing Authentication Token"),
            Self::Unknown => ("UnrecognizedClientException", "The security token included in the request is invalid."),
            Self::Expired => ("ExpiredTokenException", "The security token included in the request is expired"),
        }
    }
}

/// What is refused, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) String);

impl Roles {
    /// The roles of a template's functions.
    pub fn new(template: &Template) -> Arc<Self> {
        let role = |function: &crate::template::FunctionDeclaration| Role {
            function: function.logical_id.clone(),
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}Role/{}", function.logical_id, function.name),
            statements: function.statements.clone(),
        };
        let functions = template.functions.iter().map(|function| (identity::access_key(&function.logical_id), role(function)));
        Arc::new(Self { functions: functions.collect(), refusals_expected: AtomicBool::new(false) })
    }

    /// Says that refusals are what a test wants to see from now on: they are recorded as such.
    pub fn expect_refusals(&self) {
        self.refusals_expected.store(true, Ordering::SeqCst);
    }

    /// Every access key that somebody has.
    pub(crate) fn access_keys(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str).chain([identity::ADMIN, identity::EXPIRED])
    }

    /// Who sent a request.
    pub(crate) fn caller(&self, headers: &HeaderMap, uri: &Uri) -> Result<Caller<'_>, Stranger> {
        let Scope { access_key, region } = Scope::of(headers, uri).ok_or(Stranger::Unsigned)?;
        let role = match access_key.as_str() {
            identity::ADMIN => None,
            identity::EXPIRED => return Err(Stranger::Expired),
            key => Some(self.functions.get(key).ok_or(Stranger::Unknown)?),
        };
        Ok(Caller { roles: self, role, region })
    }
}

impl Caller<'_> {
    /// Whether it may do everything.
    pub(crate) fn is_admin(&self) -> bool {
        self.role.is_none()
    }

    /// Whether the request goes to the region of the stack.
    pub(crate) fn is_here(&self) -> bool {
        self.region == REGION
    }

    /// Lets through what is allowed: all of it, or nothing. `operation` is the call they are parts of.
    pub(crate) fn ask(&self, operation: &str, requests: Vec<Request>) -> Result<(), Refused> {
        let Some(role) = self.role else { return Ok(()) };
        requests.into_iter().try_for_each(|request| role.ask(operation, request, self.roles))
    }

    /// Whether one thing is allowed that a call implies; nothing is recorded when it is not.
    pub(crate) fn may(&self, operation: &str, request: Request) -> bool {
        let Some(role) = self.role else { return true };
        let request = over_tls(request);
        let verdict = evaluate(&role.statements, &request);
        let allowed = matches!(verdict, Verdict::Allowed(_));
        if allowed {
            record::note(|| Seen { function: &role.function, operation, request: &request, verdict: &verdict, expected: false });
        }
        allowed
    }
}

impl Role {
    fn ask(&self, operation: &str, request: Request, roles: &Roles) -> Result<(), Refused> {
        let request = over_tls(request);
        let verdict = evaluate(&self.statements, &request);
        let expected = roles.refusals_expected.load(Ordering::Relaxed);
        record::note(|| Seen { function: &self.function, operation, request: &request, verdict: &verdict, expected });
        let why = match &verdict {
            Verdict::Allowed(_) => return Ok(()),
            Verdict::NotAllowed => format!("because no identity-based policy allows the {} action", request.action),
            Verdict::Forbidden(_) => "with an explicit deny in an identity-based policy".to_owned(),
        };
        let Request { action, resource, .. } = &request;
        Err(Refused(format!("User: {} is not authorized to perform: {action} on resource: {resource} {why}", self.arn)))
    }
}

/// On AWS every call of the SDK comes over TLS.
fn over_tls(request: Request) -> Request {
    request.with(SECURE_TRANSPORT, vec!["true".to_owned()])
}
