//! Accounts, products and the branch.

use super::*;
use domain::actor::ActedBy;
use domain::glass::alone;
use domain::ids::{ProductId, UserId};
use domain::product::Product;
use domain::view::{ProductView, StoreView};
use domain::world::Branch;

/// What signing in compares.
#[derive(Clone, Debug)]
pub struct SignInFacts {
    pub user: User,
    /// The stored hash. Never leaves the engine.
    pub phc: String,
}

impl Reader {
    /// What the sign-in page shows before anybody signs in.
    pub async fn store_view(&self, today: BusinessDate) -> Result<StoreView, ReadError> {
        let branch = self.branch().await?;
        Ok(StoreView {
            branch_name: self.branch_name.to_string(),
            currency: self.currency,
            business_date: today,
            demo: self.demo,
            has_admin: branch.founding_admin.is_some(),
        })
    }

    pub async fn branch(&self) -> Result<Branch, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let found: Option<(String,)> = sqlx::query_as("select document from branch where one = 1")
            .fetch_optional(&mut *snapshot)
            .await?;
        let Some((text,)) = found else {
            return Ok(Branch::default());
        };
        document("branch", "1", &text, None)
    }

    /// By the name typed at sign-in, already in lower case.
    pub async fn sign_in_facts(&self, login: &str) -> Result<Option<SignInFacts>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let found: Option<(String, String, String)> = sqlx::query_as(
            "select u.id, u.document, c.phc from users u
             join credentials c on c.user_id = u.id where u.login = ?",
        )
        .bind(login)
        .fetch_optional(&mut *snapshot)
        .await?;
        found
            .map(|(id, text, phc)| {
                let user = document("users", &id, &text, None)?;
                Ok(SignInFacts { user, phc })
            })
            .transpose()
    }

    /// The account behind a session, as it is now.
    pub async fn user(&self, id: UserId) -> Result<User, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (text,): (String,) = sqlx::query_as("select document from users where id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(not_found)?;
        document("users", &id.to_string(), &text, None)
    }

    /// The account that signs in by this name.
    pub async fn user_id(&self, login: &str) -> Result<UserId, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (id,): (String,) = sqlx::query_as("select id from users where login = ?")
            .bind(login)
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(not_found)?;
        parse_id("users", &id)
    }

    /// All products, by name.
    pub async fn products(&self) -> Result<Vec<ProductView>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let rows: Vec<(String, String)> =
            sqlx::query_as("select id, document from products order by name, id")
                .fetch_all(&mut *snapshot)
                .await?;
        rows.into_iter()
            .map(|(id, text)| Ok(product_view(document("products", &id, &text, None)?)))
            .collect()
    }

    pub async fn product(&self, id: ProductId) -> Result<ProductView, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (text,): (String,) = sqlx::query_as("select document from products where id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(not_found)?;
        Ok(product_view(document(
            "products",
            &id.to_string(),
            &text,
            None,
        )?))
    }
}

fn product_view(product: Product) -> ProductView {
    ProductView {
        id: product.id,
        version: product.version,
        name: product.name,
        terms: product.terms,
    }
}

/// Whether no other person of the branch could decide on what the viewer asks for.
pub(super) async fn is_alone(
    connection: &mut SqliteConnection,
    viewer: &Viewer,
) -> Result<bool, ReadError> {
    let Some(person_id) = viewer.user.person_id else {
        return Ok(false);
    };
    // As many as work in a branch.
    let rows: Vec<(String, String)> =
        sqlx::query_as("select id, document from users where role is not null")
            .fetch_all(connection)
            .await?;
    let users = rows
        .iter()
        .map(|(id, text)| document("users", id, text, None))
        .collect::<Result<Vec<User>, _>>()?;
    let who = ActedBy {
        user_id: viewer.user.id,
        person_id,
    };
    Ok(alone(who, &users, viewer.now))
}

pub(super) async fn name_of(
    connection: &mut SqliteConnection,
    id: UserId,
) -> Result<String, ReadError> {
    let found: Option<(String,)> = sqlx::query_as("select name from users where id = ?")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(|(name,)| name).unwrap_or_default())
}
