//! `dataops user`: adds, lists and disables users, and makes their setup links.

use dataops_fleet::Config;
use serde_json::{Value, json};

use crate::args::{Target, UserAdd};
use crate::error::CliError;
use crate::output::{say, table};
use crate::target::{Administration, input_line};

/// Adds a user.
pub(crate) async fn add(new: &UserAdd, environment: &Config) -> Result<(), CliError> {
    // With --token-stdin the token is the first line, so it is read before the password.
    let token = if new.target.token_stdin { Some(input_line("token")?) } else { new.target.token.clone() };
    let target = Target { token, token_stdin: false, ..new.target.clone() };
    let mut user = json!({ "email": new.email, "name": new.name, "role": new.role.as_str() });
    if let Some(id) = &new.id {
        user["id"] = json!(id);
    }
    if new.password_stdin {
        user["password"] = json!(input_line("password")?);
    }
    let mut event = user.clone();
    event["command"] = json!("user-add");
    event["setupLink"] = json!(new.setup_link);
    let answer = target.run(environment, Administration { event, route: ("POST", "/users".to_owned(), Some(user)) }).await?;
    // The API answers the user, the administration event a list of the one.
    let user = answer.get("user").unwrap_or(&answer["users"][0]);
    let id = text(user, "id");
    say(format!("Added {} with the id {id}.", new.email));
    if new.setup_link {
        say_link(&id, &answer["setupLink"], &target)?;
    }
    Ok(())
}

/// Lists users, one per line.
pub(crate) async fn list(target: &Target, environment: &Config) -> Result<(), CliError> {
    let event = json!({ "command": "user-list" });
    let answer = target.run(environment, Administration { event, route: ("GET", "/users".to_owned(), None) }).await?;
    let users = answer["users"].as_array().cloned().unwrap_or_default();
    let row = |user: &Value| {
        let state = if user["disabled"] == true { "disabled" } else { "enabled" };
        [text(user, "id"), text(user, "role"), state.to_owned(), text(user, "email"), text(user, "name")]
    };
    table(&users.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// Makes a setup link and prints its address: the only time it is shown.
pub(crate) async fn setup_link(id: &str, target: &Target, environment: &Config) -> Result<(), CliError> {
    let event = json!({ "command": "user-setup-link", "id": id });
    let route = ("POST", format!("/users/{}/setup-link", path_segment(id)), None);
    let answer = target.run(environment, Administration { event, route }).await?;
    say_link(id, &answer["setupLink"], target)
}

/// Prints a link; without the portal's address, what follows it.
fn say_link(id: &str, link: &Value, target: &Target) -> Result<(), CliError> {
    let (portal, path) = (target.portal()?, text(link, "path"));
    if portal.is_none() && target.stack.is_some() {
        say("Put this after the address of the portal (the stack's output PortalUrl):");
    }
    say(format!("{}{path}", portal.unwrap_or_default()));
    say(format!("It sets the password of {id} once, until {}. It is not shown again.", text(link, "expiresAt")));
    Ok(())
}

/// Disables a user.
pub(crate) async fn disable(id: &str, target: &Target, environment: &Config) -> Result<(), CliError> {
    let event = json!({ "command": "user-disable", "id": id });
    let route = ("PATCH", format!("/users/{}", path_segment(id)), Some(json!({ "disabled": true })));
    target.run(environment, Administration { event, route }).await?;
    say(format!("Disabled {id}."));
    Ok(())
}

fn text(user: &Value, name: &str) -> String {
    user[name].as_str().unwrap_or_default().to_owned()
}

/// An id as one segment of a path.
pub(crate) fn path_segment(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
    id.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(path_segment("01J-a_b"), "01J-a_b");
        assert_eq!(path_segment("../x?y"), "%2E%2E%2Fx%3Fy");
    }
}
