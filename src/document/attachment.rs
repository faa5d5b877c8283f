//! A file that belongs to an order, a purchase order or an article: what `PUT …/files?fileName=` takes
//! (`ongoing-rest-api.md`, sections 9.3, 11.4 and 13.2). Only this request is repeatable: the same name replaces.

use super::shape::{Text, document};

document! {
    /// Attachment (PostFileNoFilenameModel in the OpenAPI file); one of the three numbers says what it belongs to.
    Attachment as "attachment", "PostFileNoFilenameModel" {
        /// The order that it belongs to, by our order number.
        order_number: Option<Text> => "@orderNumber", max 50;
        /// The purchase order that it belongs to, by our purchase order number.
        purchase_order_number: Option<Text> => "@purchaseOrderNumber", max 50;
        /// The article that it belongs to.
        article_number: Option<Text> => "@articleNumber", max 100;
        /// The name under which Ongoing keeps it; the same name again replaces it.
        file_name: Option<Text> => "@fileName", required true;
        /// MIME type, like `application/pdf`.
        mime_type: Option<Text> => "mimeType", required true;
        /// The content, Base64.
        file_data_base64: Option<Text> => "fileDataBase64", required true;
    }
}
