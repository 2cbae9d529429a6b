//! Samples of every rule. Nothing here is a credential: forms have holes such as `{A20}`, and what fills them is made
//! when the test runs, from a fixed seed.
//!
//! `{A20}` twenty letters and digits, `{l}` small letters and digits, `{a}` letters, `{U}` capitals and digits, `{h}` hex,
//! `{d}` digits, `{w}` as `A` with `-` and `_`, `{b}` base64, `{p}` a password, `{}` nothing.

/// How often each form is filled.
pub(crate) const FILLS: u64 = 25;

/// The forms of each rule, at least three where the vendor has them.
pub(crate) const FORMS: &[(&str, &[&str])] = &[
    ("airtable-token", &["pat{A14}.{h64}", "AIRTABLE: pat{A14}.{h64}", "the old key{A14} still works"]),
    ("anthropic-key", &["sk-ant-api03-{w93}AA", "sk-ant-admin01-{w93}AA", "sk-ant-oat01-{w93}AA", "export KEY='sk-ant-api03-{w93}AA'"]),
    ("aws-access-key-id", &["AKIA{U16}", "ASIA{U16}", "id: ABIA{U16}", "(ACCA{U16})", "A3T{U17}", r"\nAKIA{U16}\n"]),
    ("aws-bedrock-key", &["ABSK{b120}", "bedrock-api-key-{b80}"]),
    (
        "aws-secret-access-key",
        &[
            "aws_secret_access_key = {b40}",
            "AWS_SECRET_ACCESS_KEY={b40}",
            r#""SecretAccessKey": "{b40}""#,
            "our AWS secret is {b40}",
            "AKIA{U16},{b40}",
            "AKIA{U16}\n{b40}",
        ],
    ),
    ("aws-session-token", &["IQoJb3JpZ2luX2Vj{b200}", "aws_session_token = FwoGZXIvYXdz{b200}=="]),
    ("azure-client-secret", &["{A3}8Q~{w34}", "client secret {A3}7Q~{w31}."]),
    ("azure-storage-key", &["AccountName=acct;AccountKey={b86}==;EndpointSuffix=core", "SharedAccessKeyName=Root;SharedAccessKey={b43}="]),
    ("authorization-header", &["Authorization: token {h40}", r#""authorization": "ApiKey {A32}""#, "authorization={A40}"]),
    ("basic-auth-header", &["Authorization: Basic {B}", "authorization: basic {B}", r#"-H "Authorization: Basic {B}""#]),
    ("bearer-header", &["Authorization: Bearer {A32}", "authorization: bearer {h40}", "send Bearer {A24} with it", "Bearer%20{A40}"]),
    ("cookie-header", &["Cookie: session={A32}; theme=dark", "Set-Cookie: sid={w43}; HttpOnly"]),
    ("digitalocean-token", &["dop_v1_{h64}", "doo_v1_{h64}", "dor_v1_{h64}"]),
    ("discord-token", &["https://discord.com/api/webhooks/{d18}/{w68}", "https://discordapp.com/api/webhooks/{d18}/{w68}"]),
    (
        "dropbox-token",
        &[
            "sl.{w138}",
            "sl.u.{w900}",
            "sl.B{w130}",
            "{w11}AAAAAAAAAA{w43}",
            "DROPBOX_REFRESH_TOKEN={w64}",
            "DROPBOX_APP_SECRET={l15}",
            "dropbox app secret: {l15}",
        ],
    ),
    ("elevenlabs-key", &["sk_{h48}"]),
    (
        "generic-assignment",
        &[
            "api_key = \"{A32}\"",
            "SECRET_KEY={w50}",
            r#"{ "client_secret": "{w40}" }"#,
            r#"{\"accessToken\":\"{A40}\"}"#,
            "auth_token: {h40}",
            "--api-key={A24}",
            "--token {A32}",
            "x-api-key: {A32}",
            "GROQ_KEY={A24}",
            "DB_PASSWORD={p12}",
            "password: \"{p12}\"",
            "--password {p12}",
            "the password for the stage is {p14}",
            "**Password:** {p12}",
            "curl -u admin:{p12} https://example.org",
            "<password>{p12}</password>",
            "credentials = ('ops', secret='{A20}')",
        ],
    ),
    (
        "github-token",
        &[
            "ghp_{A36}",
            "gho_{A36}",
            "ghu_{A36}",
            "ghs_{A36}",
            "ghr_{A76}",
            "github_pat_{A22}_{A59}",
            "https://x:ghp_{A36}@github.com/a/b.git",
        ],
    ),
    ("gitlab-token", &["glpat-{w20}", "gldt-{w20}", "glrt-{w20}", "glptt-{h40}", "glcbt-{A2}_{w20}"]),
    ("google-api-key", &["AIza{w35}", "https://maps.example.org/js?key=AIza{w35}&v=3", "{w11}:APA91b{w134}"]),
    ("google-oauth-token", &["ya29.{w60}", "ya29.a0{w160}", "GOCSPX-{w28}", "1//0{w60}", "4/0A{w70}"]),
    (
        "google-service-account",
        &[
            r#"{"type": "service_account", "private_key": "-----BEGIN PRIV{}ATE KEY-----\n{b64}\n{b64}\n-----END PRIV{}ATE KEY-----\n"}"#,
            r#""private_key":"-----BEGIN PRIV{}ATE KEY-----\n{b64}\n-----END PRIV{}ATE KEY-----\n""#,
        ],
    ),
    ("groq-key", &["gsk_{A52}", "GROQ_API_KEY=gsk_{A52}"]),
    ("huggingface-token", &["hf_{a34}", "api_org_{a34}"]),
    ("jwt", &["eyJhbGciOiJIUzI1NiJ9.eyJ{A40}.{w43}", "https://example.org/?t=eyJhbGciOiJIUzI1NiJ9.eyJ{A40}.{w43}", "eyJ{A40}.{w6}.{w27}"]),
    ("mailchimp-key", &["{h32}-us{d1}", "{h32}-us2{d1}"]),
    ("mailgun-key", &["key-{h32}"]),
    ("npm-token", &["npm_{A36}", "//registry.npmjs.org/:_authToken=npm_{A36}"]),
    (
        "openai-key",
        &[
            "sk-{A20}T3BlbkFJ{A20}",
            "sk-{A48}",
            "sk-proj-{w48}T3BlbkFJ{w48}",
            "sk-proj-{w156}",
            "sk-svcacct-{w74}T3BlbkFJ{w74}",
            "sk-admin-{w74}T3BlbkFJ{w74}",
        ],
    ),
    (
        "password-in-connection-string",
        &[
            "Server=db;Database=x;User Id=sa;Password={p12};Encrypt=yes",
            "Data Source=db;Uid=app;Pwd={p12}",
            "host=db user=app password={p12} dbname=x",
            "jdbc:mysql://db:3306/x?user=root&password={p12}",
        ],
    ),
    (
        "password-in-url",
        &[
            "postgres://app:{p12}@db.example.org:5432/x",
            "mysql://root:{A8}@10.0.0.5/x",
            "mongodb+srv://svc:{A16}@c0.example.org/?retryWrites=true",
            "redis://:{A20}@cache:6379/0",
            "amqps://app:{p10}@mq/vhost",
            "https://ops:{p12}@example.org/a",
            "https://{A40}@github.com/a/b.git",
            "app:{A12}@tcp(db:3306)/x",
        ],
    ),
    (
        "presigned-url-aws-v2",
        &[
            "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AK{U14}&Signature={A26}%3D&Expires=1900000000",
            "https://b.s3.amazonaws.com/k?Signature={A26}%3D&Expires=1900000000&AWSAccessKeyId=AK{U14}",
        ],
    ),
    (
        "presigned-url-aws-v4",
        &[
            "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{U16}%2F20260701%2Feu%2Fs3%2Faws4_request&X-Amz-Signature={h64}",
            "https://b.s3.amazonaws.com/k?x-amz-signature={h64}",
            "next=https%3A%2F%2Fb%2Fk%3FX-Amz-Security-Token%3D{A80}",
        ],
    ),
    (
        "presigned-url-azure-sas",
        &[
            "https://a.blob.core.windows.net/c/b.pdf?sv=2022-11-02&sp=r&se=2026-07-01T00:00:00Z&sig={A40}%2F{A2}%3D",
            "https://a.blob.core.windows.net/c?sig={A43}%3D&sv=2022-11-02&sr=c",
        ],
    ),
    (
        "presigned-url-dropbox",
        &[
            "https://uc{h27}.dl.dropboxusercontent.com/cd/0/get/{w80}/file?dl=1",
            "https://dl.dropboxusercontent.com/apitl/1/{w120}",
            "https://content.dropboxapi.com/apitl/1/{w120}",
            "https://dl.dropboxusercontent.com/s/{l15}/f.pdf?token_hash={w43}",
        ],
    ),
    (
        "presigned-url-google",
        &[
            "https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=x%40y.iam%2F20260701&X-Goog-Signature={h256}",
            "https://storage.googleapis.com/b/o?GoogleAccessId=x@y.iam&Expires=1900000000&Signature={A300}%3D%3D",
        ],
    ),
    (
        "private-key",
        &[
            "-----BEGIN RSA PRIV{}ATE KEY-----\n{b64}\n{b64}\n{b30}==\n-----END RSA PRIV{}ATE KEY-----",
            "-----BEGIN PRIV{}ATE KEY-----\n{b64}\n-----END PRIV{}ATE KEY-----\n",
            "-----BEGIN OPENSSH PRIV{}ATE KEY-----\n{b70}\n{b70}\n-----END OPENSSH PRIV{}ATE KEY-----",
            "-----BEGIN ENCRYPTED PRIV{}ATE KEY-----\\n{b64}\\n-----END ENCRYPTED PRIV{}ATE KEY-----",
            "-----BEGIN PGP PRIV{}ATE KEY BLOCK-----\nVersion: 1\n\n{b64}\n=abcd\n-----END PGP PRIV{}ATE KEY BLOCK-----",
            "---- BEGIN SSH2 ENCRYPTED PRIV{}ATE KEY ----\n{b64}\n---- END SSH2 ENCRYPTED PRIV{}ATE KEY ----",
            "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{b64}\nPrivate-MAC: {h64}",
            "LS0tLS1CRUdJTi{}BSU0EgUFJJVkFURSBLRVktLS0tLQ{b80}",
            "MIIEpAIBAAKCAQEA{b120}",
            "AGE-SECRET-KEY-1{U58}",
        ],
    ),
    ("pypi-token", &["pypi-AgEIcHlwaS5vcmc{w120}"]),
    ("sendgrid-key", &["SG.{w22}.{w43}"]),
    (
        "service-token",
        &[
            "xai-{A80}",
            "pplx-{A48}",
            "r8_{A37}",
            "ntn_{A46}",
            "secret_{A43}",
            "lin_api_{A40}",
            "figd_{w40}",
            "ATATT3{w186}",
            "shpat_{h32}",
            "sq0atp-{w22}",
            "dckr_pat_{w27}",
            "dapi{h32}",
            "glsa_{A32}_{h8}",
            "NRAK-{U27}",
            "dp.pt.{A43}",
            "hvs.{w90}",
            "pul-{h40}",
            "rubygems_{h48}",
            "sk-or-v1-{h64}",
            "sbp_{h40}",
            "EAA{A150}",
            "secret-{A30}",
        ],
    ),
    (
        "signed-url",
        &[
            "https://d1.cloudfront.net/a.mp4?Expires=1900000000&Signature={w300}&Key-Pair-Id=K{U13}",
            "https://example.org/file?sig={A43}",
            "AWS4-HMAC-SHA256 SignedHeaders=host, Signature={h64}",
        ],
    ),
    (
        "slack-token",
        &[
            "xoxb-{d12}-{d13}-{A24}",
            "xoxp-{d11}-{d11}-{d12}-{h32}",
            "xoxa-2-{d10}-{d10}-{h32}",
            "xoxr-{d10}-{A24}",
            "xoxs-{d10}-{d10}-{d10}-{h10}",
            "xoxe.xoxp-1-{A140}",
            "xoxe-1-{A140}",
            "xoxc-{d12}-{d12}-{d13}-{h64}",
            "xoxd-{A40}%2B{A80}%3D",
            "xapp-1-A{U10}-{d13}-{h64}",
        ],
    ),
    (
        "slack-webhook",
        &["https://hooks.slack.com/services/T{U8}/B{U10}/{A24}", "https://hooks.slack.com/workflows/T{U8}/A{U8}/{d18}/{A24}"],
    ),
    ("stripe-key", &["sk_live_{A24}", "sk_test_{A99}", "rk_live_{A24}", "rk_test_{A24}", "whsec_{A32}"]),
    ("telegram-bot-token", &["1{d9}:AA{w33}", "1{d7}:AA{w33}", "https://api.telegram.org/bot1{d9}:AA{w33}/getMe", "1{d9}:{w35}"]),
    ("token-in-url", &["https://example.org/join?token={A40}", "https://example.org/a?x=1&access_token={A40}&y=2"]),
    ("twilio-key", &["SK{h32}", "TWILIO_AUTH_TOKEN={h32}"]),
];

/// What stands beside a sample in the second round, as people and programs write it. `{}` is the sample.
pub(crate) const AROUND: &[&str] = &[
    "{}",
    "key: {}",
    "please use {} for the upload.",
    "\"{}\"",
    "`{}`",
    "({})",
    "export X={}",
    "<{}>",
    "value={};",
    "line one\\n{}\\nline two",
    "{\"a\":\"{}\",\"b\":1}",
    "| secret | {} | rotated |",
    "- {}\n",
];

/// Harmless text, each line with the rule it comes closest to.
pub(crate) const HARMLESS: &[(&str, &str)] = &[
    ("airtable-token", "https://airtable.com/appQ2w3E4r5T6y7U8/tblA1b2C3d4E5f6G7/viwZ9y8X7w6V5u4T3?blocks=hide"),
    ("airtable-token", "the keynote pattern, keyboardShortcuts and patchNotes2026"),
    ("anthropic-key", "sk-ant is how their keys begin"),
    ("aws-access-key-id", "AKIA and ASIA are prefixes; the meetup in ASIA2026 is off; AKIAXXXXXXXXXXXXXXXX is a blank"),
    ("aws-secret-access-key", "aws commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 is deployed, secret rotation was done"),
    ("aws-secret-access-key", "AWS invoice 2026-07: 412.50 EUR, paid by card"),
    ("aws-session-token", "IQoJ begins their session tokens"),
    ("azure-client-secret", "Q~ is no quarter; see Q3~Q4 figures"),
    ("azure-storage-key", "AccountKey= goes into the vault"),
    ("authorization-header", "Authorization: ask Anna first; the authorization form is signed"),
    ("basic-auth-header", "Basic documentation, basic Information about the venue, Basic Instructions"),
    ("bearer-header", "the bearer of this letter gets two tickets; a bearer token is kept in the vault"),
    ("cookie-header", "Cookie: the banner asks for consent=analytics; cookie policy v2026-01"),
    ("digitalocean-token", "dop_v1_ is how they begin"),
    ("discord-token", "https://discord.com/channels/123456789012345678/876543210987654321 and https://discord.gg/aBcDeFg"),
    ("dropbox-token", "https://www.dropbox.com/scl/fi/8h2k3j4h5k6j7h8/minutes.pdf?rlkey=q1w2e3r4t5y6u7i8o9p0a1s2d&dl=0"),
    ("dropbox-token", "https://www.dropbox.com/s/abc123def456ghi/poster.png?dl=0 sl. means slide"),
    ("elevenlabs-key", "sk_SK is the Slovak locale, task_id 12"),
    ("generic-assignment", "the password is in the vault"),
    ("generic-assignment", "token: ask Anna"),
    ("generic-assignment", "Password: see 1Password, item Zoom 2026-host-account"),
    ("generic-assignment", "https://us02web.zoom.us/j/81234567890?pwd=QWxhZGRpbjpvcGVuIHNlc2FtZQ09.1"),
    (
        "generic-assignment",
        "https://zoom.us/rec/share/aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE.1fG3hI5jK7lM9nO1?startTime=1782900000000",
    ),
    ("generic-assignment", "Meeting ID: 812 3456 7890 Passcode: 482913 (also Passcode: 8Hq2Zx)"),
    ("generic-assignment", "Secret Santa: Dec 12, 18:30; the secretary: Frau Lehmann; tokens: 12000 used"),
    ("generic-assignment", "password reset link was sent on 2026-07-01T09:00:00Z; password policy: 12 characters"),
    ("generic-assignment", "API key: stored in Bitwarden under Groq-production-2026"),
    ("generic-assignment", "keynote: 2026-07-20, key contact: ops-team-2026, primary_key: 01J8ZQ4T5V6W7X8Y9Z0ABCDEFG"),
    ("generic-assignment", "Idempotency-Key: 550e8400-e29b-41d4-a716-446655440000"),
    ("generic-assignment", "token_count = 12345678901234567890; nextPageToken: CAUQAA3b4c5d6e7f8g9h; max_tokens=4096"),
    ("generic-assignment", "password=${DB_PASSWORD} token={{ secrets.TOKEN }} api_key=<your-api-key> secret=$SECRET_2026"),
    ("generic-assignment", "const token = getToken(\"abc123def456\"); password = config.password; api_key = process.env.API_KEY2"),
    ("generic-assignment", "password: ******** token: xxxxxxxxxxxxxxxxxxxx secret: [redacted: generic-assignment]"),
    ("generic-assignment", "--password-stdin reads it; --token-file /etc/app/token-2026.txt"),
    ("generic-assignment", "secret: arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-a1B2c3"),
    ("generic-assignment", "IBAN DE89 3704 0044 0532 0130 00, invoice RE-2026-004512, VAT DE123456789"),
    (
        "generic-assignment",
        "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12, sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
    ("generic-assignment", "01J8ZQ4T5V6W7X8Y9Z0ABCDEFG and 550e8400-e29b-41d4-a716-446655440000"),
    (
        "github-token",
        "https://github.com/org/repo/pull/42/files#diff-2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ),
    ("gitlab-token", "glpat- is how they begin"),
    (
        "google-api-key",
        "https://docs.google.com/document/d/1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX3yZ4aB5c/edit?usp=sharing&ouid=123456789012345678901&rtpof=true",
    ),
    (
        "google-oauth-token",
        "https://drive.google.com/file/d/1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV/view?resourcekey=0-aBcDeFgHiJkLmNoPqRsTuV 4/0 and 1//0",
    ),
    ("google-service-account", "private_key is a field of the service account's file"),
    ("groq-key", "gsk_ is how they begin"),
    ("huggingface-token", "hf_hub_download and hf_transfer are functions"),
    ("jwt", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 is only the head; eyJ.ab.cd"),
    ("mailchimp-key", "https://us12.campaign-archive.com/?u=0123456789abcdef012345678&id=0123456789 en-us2 locale"),
    ("mailgun-key", "key-value, key-2026-final"),
    ("npm-token", "npm_config_registry and npm_package_version"),
    ("openai-key", "task-42, risk-free, sk-learn, desk-sharing, sk-toolbox-for-meetups-2026-final-version, ask-anna"),
    ("password-in-connection-string", "Server=db;Database=x;Integrated Security=true; Password= is empty; Password=${PW};"),
    (
        "password-in-url",
        "https://example.org:8443/a?b=c@d https://medium.com/@anna/post-1 http://localhost:3000 postgres://db:5432/x mailto:a@b.de",
    ),
    ("password-in-url", "postgres://user:$PASSWORD@db/x and https://user:***@example.org and redis://cache:6379"),
    ("presigned-url-aws-v2", "AWSAccessKeyId= and Signature= are parameters"),
    ("presigned-url-aws-v4", "X-Amz-Signature marks a signed address, X-Amz-Date: 20260701T000000Z, X-Amz-Cf-Id"),
    ("presigned-url-azure-sas", "https://acct.blob.core.windows.net/public/poster.pdf?sv=2022-11-02"),
    ("presigned-url-dropbox", "https://dl.dropboxusercontent.com/s/abc123def456ghi/poster.png?dl=1"),
    ("presigned-url-google", "https://storage.googleapis.com/bucket/object.pdf?generation=1782900000000000"),
    ("private-key", "-----BEGIN CERTIFICATE----- and -----BEGIN PUBLIC KEY----- may be shared; a private key may not"),
    ("private-key", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUNhQjNkRTVmRzdoSTlqSzFs"),
    ("pypi-token", "pypi-server 2.0, pypi-AgE"),
    ("sendgrid-key", "SG. is Singapore; SG.2026.final"),
    ("service-token", "secret-management-handbook-2026, secret_santa_list, pul-team, r8_final, EAAA, dapi, md-files, fw_update"),
    ("signed-url", "https://lu.ma/event/evt-aB3dE5fG7hI9?tk=Xy12Zq signature=yes sig=anna"),
    ("slack-token", "xoxb is a prefix, xoxo-kisses, https://app.slack.com/client/T012AB3CD/C045EF6GH"),
    ("slack-webhook", "https://hooks.slack.com/ is where webhooks live; https://team.slack.com/archives/C045EF6GH/p1782900000123456"),
    (
        "stripe-key",
        "pk_live_ keys are public; https://dashboard.stripe.com/invoices/in_1AbCdEfGhIjKlMnOpQrStUv; price_1AbCdEfGhIjKlMnOpQrStUv",
    ),
    ("telegram-bot-token", "18:30 doors, 19:00 start; 2026-07-01T09:00:00Z; ratio 1234567:89; https://t.me/somechannel/1234"),
    ("token-in-url", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf&si=aBcDeFgHiJkLmNoP&t=42s"),
    ("token-in-url", "https://example.org/?utm_source=newsletter&utm_campaign=2026-07&fbclid=IwAR0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0"),
    ("twilio-key", "SK2026, SKU1234567890, AC and SK are prefixes"),
    (
        "generic-assignment",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    ),
];

/// The form with its holes filled, the same for the same seed.
pub(crate) fn filled(form: &str, seed: u64) -> String {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d);
    let mut text = String::new();
    let mut rest = form;
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        let hole = rest[open + 1..].split('}').next().unwrap_or_default();
        match fill(&mut dice, hole) {
            Some(filling) => {
                text.push_str(&filling);
                rest = &rest[open + hole.len() + 2..];
            }
            None => {
                text.push('{');
                rest = &rest[open + 1..];
            }
        }
    }
    text + rest
}

fn fill(dice: &mut Dice, hole: &str) -> Option<String> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if hole.is_empty() {
        return Some(String::new());
    }
    let (kind, length) = hole.split_at_checked(1)?;
    if kind == "B" {
        return Some(encoded(format!("ops:{}", dice.of(LETTERS, 14, 62)).as_bytes()));
    }
    let length: usize = length.parse().ok()?;
    Some(match kind {
        "A" => dice.of(LETTERS, length, 62),
        "a" => dice.of(LETTERS, length, 52),
        "w" => format!("{}{}{}", dice.of(LETTERS, 1, 52), dice.of(LETTERS, length - 2, 64), dice.of(LETTERS, 1, 62)),
        "l" => dice.of("abcdefghijklmnopqrstuvwxyz0123456789", length, 36),
        "U" => dice.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length, 32),
        "h" => dice.of("0123456789abcdef", length, 16),
        "d" => dice.of("0123456789", length, 10),
        "b" => dice.of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", length, 64),
        "p" => format!("{}{}{}", dice.of(LETTERS, length - 4, 62), dice.of("23456789", 3, 8), dice.of("!#*+", 1, 4)),
        _ => return None,
    })
}

fn encoded(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, at| word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let six = ALPHABET[(word >> (18 - 6 * at) & 63) as usize];
            text.push(if at > chunk.len() { '=' } else { char::from(six) });
        }
    }
    text
}

/// A small generator of the same numbers on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// The next number.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn of(&mut self, letters: &str, length: usize, kinds: usize) -> String {
        let letters = letters.as_bytes();
        (0..length).map(|_| char::from(letters[(self.roll() >> 20) as usize % kinds])).collect()
    }
}
