//! Users and roles.

use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::input::Fields;
use crate::json::Object;
use crate::link::is_email;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 4;
/// The longest address, in bytes.
pub const MAX_EMAIL: usize = 320;
/// The longest password, in bytes: hashing longer ones would cost an attacker nothing and us much.
pub const MAX_PASSWORD: usize = 1_024;

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May also manage users.
    Admin,
    /// Runs the work.
    #[default]
    Operator,
}

/// A person who can be assigned work and, with a password, sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// Name as shown.
    pub name: String,
    /// Address the user signs in with; unique without regard to case.
    pub email: String,
    /// What the user may do.
    #[serde(default)]
    pub role: Role,
    /// True when the user may not sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// When the user was made.
    pub created_at: Timestamp,
    /// Raised by every change.
    #[serde(default)]
    pub version: u64,
}

impl User {
    /// True when the user may sign in.
    pub fn is_enabled(&self) -> bool {
        self.disabled != Some(true)
    }

    /// True for somebody who may manage users now.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin && self.is_enabled()
    }
}

/// A new user, as a request gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewUser {
    /// Trimmed name.
    pub name: String,
    /// Trimmed address.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// Password in clear, only until it is hashed.
    pub password: Option<String>,
}

/// What a request changes of a user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserChanges {
    /// New name.
    pub name: Option<String>,
    /// New address.
    pub email: Option<String>,
    /// New role.
    pub role: Option<Role>,
    /// New password in clear, only until it is hashed.
    pub password: Option<String>,
    /// Disable or enable.
    pub disabled: Option<bool>,
}

impl NewUser {
    /// Reads a new user from a request body.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn parse(body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let name = fields.required_text("name", "name is required").map(|name| name.trim().to_owned());
        let email = fields.required_text("email", "email is required").map(|email| email.trim().to_owned());
        check_email(&mut fields, email.as_deref());
        let role = role(&mut fields);
        let password = password(&mut fields);
        fields.finish()?;
        Ok(Self { name: name.unwrap_or_default(), email: email.unwrap_or_default(), role: role.unwrap_or_default(), password })
    }
}

impl UserChanges {
    /// Reads changes from a request body.
    ///
    /// # Errors
    /// Every field that is wrong, or that nothing would change.
    pub fn parse(body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let name = body.get("name").and_then(|_| fields.required_text("name", "name must not be blank"));
        let email = body.get("email").and_then(|_| fields.required_text("email", "email must not be blank"));
        check_email(&mut fields, email);
        let role = role(&mut fields);
        let password = password(&mut fields);
        if body.get("disabled").is_some_and(|value| !value.is_boolean()) {
            fields.refuse("disabled", "disabled must be a boolean");
        }
        let disabled = body.get("disabled").and_then(serde_json::Value::as_bool);
        fields.finish()?;
        let trimmed = |text: &str| text.trim().to_owned();
        let changes = Self { name: name.map(trimmed), email: email.map(trimmed), role, password, disabled };
        if changes == Self::default() {
            return Err(Refusal::rule("nothing_to_update", "No valid fields to update"));
        }
        Ok(changes)
    }
}

/// A person's change of their own password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// The password so far, in clear.
    pub old: String,
    /// The new one, in clear, only until it is hashed.
    pub new: String,
}

impl PasswordChange {
    /// Reads `oldPassword` and `newPassword`.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn parse(body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        // Passwords of any length were accepted once, so the old one is compared, not judged.
        let old = body.get("oldPassword").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        if old.is_empty() {
            fields.refuse("oldPassword", "oldPassword is required");
        }
        let new = required_password(&mut fields, "newPassword");
        if !new.is_empty() && new == old {
            fields.refuse("newPassword", "newPassword must differ from oldPassword");
        }
        fields.finish()?;
        Ok(Self { old, new })
    }
}

/// What somebody sends who opened a setup link.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordSetup {
    /// The link's secret.
    pub token: String,
    /// The new password, in clear, only until it is hashed.
    pub password: String,
}

impl PasswordSetup {
    /// Reads `token` and `password`.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn parse(body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        // Read as it stands: it is a secret, and no rule against secrets is asked.
        let token = body.get("token").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        if token.is_empty() {
            fields.refuse("token", "token is required");
        }
        let password = required_password(&mut fields, "password");
        fields.finish()?;
        Ok(Self { token, password })
    }
}

fn required_password(fields: &mut Fields<'_>, key: &str) -> String {
    match fields.value(key) {
        Some(serde_json::Value::String(text)) if is_password(text) => text.clone(),
        Some(serde_json::Value::String(text)) if !text.is_empty() => {
            fields.refuse(key, format!("{key} must have {MIN_PASSWORD} to {MAX_PASSWORD} characters"));
            String::new()
        }
        None | Some(serde_json::Value::String(_)) => {
            fields.refuse(key, format!("{key} is required"));
            String::new()
        }
        Some(_) => {
            fields.refuse(key, format!("{key} must be a string"));
            String::new()
        }
    }
}

fn is_password(text: &str) -> bool {
    text.chars().count() >= MIN_PASSWORD && text.len() <= MAX_PASSWORD
}

fn check_email(fields: &mut Fields<'_>, email: Option<&str>) {
    if email.is_some_and(|email| !is_email(email.trim()) || email.len() > MAX_EMAIL) {
        fields.refuse("email", "email must look like name@example.org");
    }
}

fn role(fields: &mut Fields<'_>) -> Option<Role> {
    fields.one_of("role", &["admin", "operator"], "role must be 'admin' or 'operator'");
    fields.value("role").and_then(|role| serde_json::from_value(role.clone()).ok())
}

fn password(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.secret_text("password")?;
    if !is_password(text) {
        fields.refuse("password", format!("password must have {MIN_PASSWORD} to {MAX_PASSWORD} characters"));
    }
    Some(text.to_owned())
}
