//! A stack whose services are called as a function calls them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, DeleteRequest, KeysAndAttributes, Put, TransactWriteItem, Update, WriteRequest,
};
use aws_sdk_s3::primitives::ByteStream;
use axum::body::Body;
use dataops_fleet::{BoxFuture, Clock, Config, Function, Invocation, InvokeError, aws};
use dataops_local::invoke::Invoking;
use dataops_local::roles::record;
use dataops_local::template::{AttributeKind, Table};
use dataops_local::{Embedded, Given, Host, InvokeEndpoint, Template};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// An embedded AWS with its functions' doors; the functions themselves only say that they were reached.
pub(crate) struct Stack {
    pub(crate) embedded: Embedded,
    pub(crate) template: Template,
    lambda_url: String,
    _invoking: Invoking,
}

/// Somebody who calls.
pub(crate) struct Caller<'s> {
    stack: &'s Stack,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    config: Config,
}

/// A refusal: AWS's code and words. `None` is an answer.
pub(crate) type Refusal = Option<(String, String)>;

struct Reached;

impl Function for Reached {
    fn invoke<'a>(&'a self, _: &'a [u8], _: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async { Ok(b"{}".to_vec()) })
    }
}

impl Stack {
    pub(crate) async fn start() -> Self {
        record();
        let template = Template::load(&Given::local("0123456789abcdef0123456789abcdef")).unwrap();
        let embedded = Embedded::memory(&template).await.unwrap();
        embedded.roles.expect_refusals();
        let endpoint = InvokeEndpoint::bind().await.unwrap();
        let reached: Arc<dyn Function> = Arc::new(Reached);
        let with = |host: Host, name: &String| host.with(name, Duration::from_secs(5), Arc::clone(&reached));
        let host = template.functions.iter().map(|function| &function.name).fold(Host::new(Clock::system()), with);
        let lambda_url = endpoint.url.clone();
        let _invoking = endpoint.serve(Arc::new(host), Arc::clone(&embedded.roles), true);
        Self { embedded, template, lambda_url, _invoking }
    }

    /// The function of this logical id.
    pub(crate) fn caller(&self, function: &str) -> Caller<'_> {
        self.caller_with(function, &[])
    }

    /// Who may do everything.
    pub(crate) fn admin(&self) -> Caller<'_> {
        self.caller_with("PortalFunction", &[("AWS_ACCESS_KEY_ID", "dataops-local"), ("AWS_SECRET_ACCESS_KEY", "dataops-local-secret")])
    }

    /// The function with other settings.
    pub(crate) fn caller_with(&self, function: &str, settings: &[(&str, &str)]) -> Caller<'_> {
        let own = self.embedded.config(self.template.function(function).unwrap(), Some(&self.lambda_url));
        let mut map: BTreeMap<String, String> = own.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        map.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let config = Config::from_map(map);
        let sdk = aws::sdk_config(&config);
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&sdk).endpoint_url(aws::endpoint(&config, "DYNAMODB").unwrap()).build();
        let s3 = aws_sdk_s3::config::Builder::from(&sdk).endpoint_url(aws::endpoint(&config, "S3").unwrap()).force_path_style(true).build();
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
        Caller { stack: self, dynamodb, s3: aws_sdk_s3::Client::from_conf(s3), config }
    }

    pub(crate) fn table(&self, short: &str) -> &Table {
        self.template.tables.iter().find(|table| table.name == format!("dataops-local-{short}")).unwrap()
    }
}

/// An item's key: its partition key given, its sort key, where there is one, a first one.
pub(crate) fn key(table: &Table, partition: &str) -> HashMap<String, AttributeValue> {
    let sort = table.key.sort.iter().map(|sort| match sort.kind {
        AttributeKind::Number => (sort.name.clone(), AttributeValue::N("1".to_owned())),
        _ => (sort.name.clone(), AttributeValue::S("1".to_owned())),
    });
    sort.chain([(table.key.partition.name.clone(), AttributeValue::S(partition.to_owned()))]).collect()
}

impl Caller<'_> {
    /// Makes a call on one item, or on what its partition key stands for. `place` is a table, or a table and its index: `tasks/open`.
    pub(crate) async fn item(&self, operation: &str, place: &str, partition: &str) -> Refusal {
        let (short, index) = place.split_once('/').map_or((place, None), |(table, index)| (table, Some(index.to_owned())));
        let table = self.stack.table(short);
        let (name, key) = (table.name.clone(), key(table, partition));
        let db = &self.dynamodb;
        match operation {
            "GetItem" => refusal(db.get_item().table_name(name).set_key(Some(key)).send().await),
            "PutItem" => refusal(db.put_item().table_name(name).set_item(Some(key)).send().await),
            "UpdateItem" => refusal(db.update_item().table_name(name).set_key(Some(key)).send().await),
            "DeleteItem" => refusal(db.delete_item().table_name(name).set_key(Some(key)).send().await),
            "Scan" => refusal(db.scan().table_name(name).set_index_name(index).send().await),
            "Query" => {
                let of = index.as_ref().map(|index| &table.indexes.iter().find(|known| known.name == *index).unwrap().key);
                let query = db.query().table_name(name).set_index_name(index.clone()).key_condition_expression("#p = :p");
                let query = query.expression_attribute_names("#p", &of.unwrap_or(&table.key).partition.name);
                refusal(query.expression_attribute_values(":p", AttributeValue::S(partition.to_owned())).send().await)
            }
            "BatchGetItem" => {
                let keys = KeysAndAttributes::builder().keys(key).build().unwrap();
                refusal(db.batch_get_item().request_items(name, keys).send().await)
            }
            "BatchWriteItem" => {
                let delete = DeleteRequest::builder().set_key(Some(key)).build().unwrap();
                let request = WriteRequest::builder().delete_request(delete).build();
                refusal(db.batch_write_item().request_items(name, vec![request]).send().await)
            }
            "TransactWriteItems" => panic!("name its part: Put, Update, Delete or ConditionCheck"),
            part => self.transaction(&[(part, short, partition)]).await,
        }
    }

    /// A transaction of parts: what is done, in which table, to which item.
    pub(crate) async fn transaction(&self, parts: &[(&str, &str, &str)]) -> Refusal {
        let part = |(what, short, partition): &(&str, &str, &str)| {
            let table = self.stack.table(short);
            let (name, key) = (&table.name, Some(key(table, partition)));
            let item = TransactWriteItem::builder();
            match *what {
                "Put" => item.put(Put::builder().table_name(name).set_item(key).build().unwrap()),
                "Update" => item.update(Update::builder().table_name(name).set_key(key).update_expression("SET a = b").build().unwrap()),
                "Delete" => item.delete(Delete::builder().table_name(name).set_key(key).build().unwrap()),
                "ConditionCheck" => {
                    let check = ConditionCheck::builder().table_name(name).set_key(key).condition_expression("attribute_not_exists(a)");
                    item.condition_check(check.build().unwrap())
                }
                odd => panic!("{odd} is no part of a transaction"),
            }
            .build()
        };
        refusal(self.dynamodb.transact_write_items().set_transact_items(Some(parts.iter().map(part).collect())).send().await)
    }

    /// Makes a call on an object. `bucket` is `artifacts` or `exports`.
    pub(crate) async fn object(&self, operation: &str, bucket: &str, key: &str) -> Refusal {
        let bucket = bucket_name(bucket);
        match operation {
            "GetObject" => refusal(self.s3.get_object().bucket(bucket).key(key).send().await),
            "HeadObject" => refusal(self.s3.head_object().bucket(bucket).key(key).send().await),
            "PutObject" => refusal(self.s3.put_object().bucket(bucket).key(key).body(ByteStream::from_static(b"x")).send().await),
            "DeleteObject" => refusal(self.s3.delete_object().bucket(bucket).key(key).send().await),
            "CreateMultipartUpload" => refusal(self.s3.create_multipart_upload().bucket(bucket).key(key).send().await),
            "AbortMultipartUpload" => {
                let id = "00000000-0000-0000-0000-000000000000";
                refusal(self.s3.abort_multipart_upload().bucket(bucket).key(key).upload_id(id).send().await)
            }
            "ListObjectsV2" => refusal(self.s3.list_objects_v2().bucket(bucket).prefix(key).send().await),
            odd => panic!("{odd} is no call on an object here"),
        }
    }

    /// Copies an object within or between buckets.
    pub(crate) async fn copy(&self, from: (&str, &str), to: (&str, &str)) -> Refusal {
        let source = format!("{}/{}", bucket_name(from.0), from.1);
        refusal(self.s3.copy_object().copy_source(source).bucket(bucket_name(to.0)).key(to.1).send().await)
    }

    /// Invokes a function by the name or ARN given.
    pub(crate) async fn invoke(&self, function: &str) -> Refusal {
        let client = aws::lambda_client(&self.config, &aws::sdk_config(&self.config));
        refusal(client.invoke().function_name(function).send().await)
    }
}

/// What is refused here is told to who reads the record too.
#[expect(
    clippy::disallowed_methods,
    reason = "scripts/test tells every test of a run at once; there is no main here to take it as an argument"
)]
fn record() {
    let named = record::TEST.into_iter().chain([record::VARIABLE]);
    let environment: HashMap<_, _> = named.filter_map(|name| Some((name, std::env::var(name).ok()?))).collect();
    record::start(|name| environment.get(name).map(String::as_str)).unwrap();
}

/// The status of what a browser gets at an address.
pub(crate) async fn get(uri: &str) -> u16 {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    client.get(uri.parse().unwrap()).await.unwrap().status().as_u16()
}

pub(crate) fn bucket_name(short: &str) -> String {
    format!("dataops-local-{short}-000000000000")
}

/// The code and words of a refusal.
fn refusal<T, E: ProvideErrorMetadata, R>(answer: Result<T, SdkError<E, R>>) -> Refusal {
    let error = answer.err()?;
    Some(match error.as_service_error() {
        Some(error) => (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned()),
        None => ("no answer".to_owned(), format!("{:?}", error.code())),
    })
}
