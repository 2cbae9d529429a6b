//! What a rule is: a stable name, how sure it is, and what an operator calls the thing it finds.

use std::ops::Range;

/// How a rule knows a secret, so that callers can choose. Ordered by strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// A name that says "password" or "token" beside a value that looks random. The weakest: a meeting link may carry `pwd=`.
    Generic,
    /// An HTTP header that carries a credential.
    Header,
    /// The form of a vendor's own credential, a private key, or a password in an address.
    Vendor,
    /// An address that works for whoever holds it. It may hold a vendor's key id, and says more than that.
    Presigned,
}

/// A secret found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's stable name, such as `slack-token`.
    pub rule: &'static str,
    /// How the rule knows.
    pub family: Family,
    /// The bytes of the secret; both ends are character boundaries.
    pub range: Range<usize>,
}

impl Finding {
    /// Words for the person who sent the text, without the secret: "looks like a Slack token (slack-token); keep it in
    /// the password manager and refer to it there".
    pub fn words(&self) -> String {
        words(self.rule)
    }
}

/// The words of [`Finding::words`] for a rule.
pub fn words(rule: &str) -> String {
    format!("looks like {} ({rule}); keep it in the password manager and refer to it there", called(rule))
}

/// Every rule: its name, its family, and what the thing is called. `aws-secret-access-key` and the like are looked up
/// here by name, so a rule without a row cannot be made.
const RULES: &[(&str, Family, &str)] = &[
    ("airtable-token", Family::Vendor, "an Airtable token"),
    ("anthropic-key", Family::Vendor, "an Anthropic key"),
    ("authorization-header", Family::Header, "an authorization header"),
    ("aws-access-key-id", Family::Vendor, "an AWS access key"),
    ("aws-bedrock-key", Family::Vendor, "an AWS Bedrock key"),
    ("aws-secret-access-key", Family::Vendor, "an AWS secret key"),
    ("aws-session-token", Family::Vendor, "an AWS session token"),
    ("azure-client-secret", Family::Vendor, "an Azure client secret"),
    ("azure-storage-key", Family::Vendor, "an Azure account key"),
    ("basic-auth-header", Family::Header, "a sign-in header with a password"),
    ("bearer-header", Family::Header, "a bearer token"),
    ("cookie-header", Family::Header, "a session cookie"),
    ("digitalocean-token", Family::Vendor, "a DigitalOcean token"),
    ("discord-token", Family::Vendor, "a Discord token or webhook"),
    ("dropbox-token", Family::Vendor, "a Dropbox token or app secret"),
    ("elevenlabs-key", Family::Vendor, "an ElevenLabs key"),
    ("generic-assignment", Family::Generic, "a password or key"),
    ("github-token", Family::Vendor, "a GitHub token"),
    ("gitlab-token", Family::Vendor, "a GitLab token"),
    ("google-api-key", Family::Vendor, "a Google API key"),
    ("google-oauth-token", Family::Vendor, "a Google sign-in token or client secret"),
    ("google-service-account", Family::Vendor, "a Google service account key"),
    ("groq-key", Family::Vendor, "a Groq key"),
    ("huggingface-token", Family::Vendor, "a Hugging Face token"),
    ("jwt", Family::Vendor, "a signed token (JWT)"),
    ("mailchimp-key", Family::Vendor, "a Mailchimp key"),
    ("mailgun-key", Family::Vendor, "a Mailgun key"),
    ("npm-token", Family::Vendor, "an npm token"),
    ("openai-key", Family::Vendor, "an OpenAI key"),
    ("password-in-connection-string", Family::Vendor, "a connection string with a password"),
    ("password-in-url", Family::Vendor, "an address with a password"),
    ("presigned-url-aws-v2", Family::Presigned, "a signed AWS address"),
    ("presigned-url-aws-v4", Family::Presigned, "a signed AWS address"),
    ("presigned-url-azure-sas", Family::Presigned, "a signed Azure address"),
    ("presigned-url-dropbox", Family::Presigned, "a temporary Dropbox address"),
    ("presigned-url-google", Family::Presigned, "a signed Google address"),
    ("private-key", Family::Vendor, "a private key"),
    ("pypi-token", Family::Vendor, "a PyPI token"),
    ("sendgrid-key", Family::Vendor, "a SendGrid key"),
    ("service-token", Family::Vendor, "an access token"),
    ("signed-url", Family::Presigned, "a signed address"),
    ("slack-token", Family::Vendor, "a Slack token"),
    ("slack-webhook", Family::Vendor, "a Slack webhook"),
    ("stripe-key", Family::Vendor, "a Stripe key"),
    ("telegram-bot-token", Family::Vendor, "a Telegram bot token"),
    ("token-in-url", Family::Generic, "an address with an access token"),
    ("twilio-key", Family::Vendor, "a Twilio key"),
];

/// Every rule's name and family, by name.
pub fn all() -> impl Iterator<Item = (&'static str, Family)> {
    RULES.iter().map(|(name, family, _)| (*name, *family))
}

/// A finding of this rule. The name is one of the table's; a test makes every rule find something.
pub(super) fn finding(rule: &'static str, range: Range<usize>) -> Finding {
    let family = RULES.iter().find(|(name, ..)| *name == rule).map_or(Family::Generic, |(_, family, _)| *family);
    Finding { rule, family, range }
}

fn called(rule: &str) -> &'static str {
    RULES.iter().find(|(name, ..)| *name == rule).map_or("a secret", |(_, _, called)| *called)
}
