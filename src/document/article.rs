//! An article of the goods owner: what `PUT /articles` takes (`ongoing-rest-api.md`, section 9.1).
//!
//! Left out: `goodsOwnerId` (the partner's, from the configuration) and `alternativeSuppliersInfo`,
//! `articleClassesInfo`, `advanced` (x-members-unknown in the OpenAPI file: never sent). Dangerous goods and classes
//! have requests of their own (section 9.3).

use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::shape::{Text, document};

document! {
    /// Article (PostArticleModel in the OpenAPI file).
    Article as "article", "PostArticleModel" {
        /// The goods owner's article number; the key of the upsert.
        article_number: Option<Text> => "articleNumber", required true, max 100;
        /// Article group (code and name).
        article_group: Option<Box<CodeName>> => "articleGroup";
        /// Article category (code and name).
        article_category: Option<Box<CodeName>> => "articleCategory";
        /// Colour (code and name).
        article_color: Option<Box<CodeName>> => "articleColor";
        /// Size (code and name).
        article_size: Option<Box<CodeName>> => "articleSize";
        /// Article name.
        article_name: Option<Text> => "articleName", max 200;
        /// Product code.
        product_code: Option<Text> => "productCode";
        /// Unit of measure.
        unit_code: Option<Text> => "unitCode", max 50;
        /// Description.
        description: Option<Text> => "description";
        /// False for services, freight and the like.
        is_stock_article: Option<bool> => "isStockArticle";
        /// Whether the article is active.
        is_active: Option<bool> => "isActive";
        /// Supplier.
        supplier_info: Option<Box<ArticleSupplierInfo>> => "supplierInfo";
        /// Barcodes.
        bar_code_info: Option<Box<ArticleBarCodeInfo>> => "barCodeInfo";
        /// Pieces per package.
        quantity_per_package: Option<i32> => "quantityPerPackage";
        /// Pieces per pallet.
        quantity_per_pallet: Option<i32> => "quantityPerPallet";
        /// Weight in kilograms.
        weight: Option<Decimal> => "weight";
        /// Length.
        length: Option<Decimal> => "length";
        /// Width.
        width: Option<Decimal> => "width";
        /// Height.
        height: Option<Decimal> => "height";
        /// Volume.
        volume: Option<Decimal> => "volume";
        /// Purchase price.
        purchase_price: Option<Decimal> => "purchasePrice";
        /// Price used for stock valuation.
        stock_valuation_price: Option<Decimal> => "stockValuationPrice";
        /// Price towards the customer.
        customer_price: Option<Decimal> => "customerPrice";
        /// Currency of the purchase price (the misspelling is the wire name).
        purcase_currency_code: Option<Text> => "purcaseCurrencyCode";
        /// Country of origin, ISO 3166-1 alpha-2.
        country_of_origin_code: Option<Text> => "countryOfOriginCode", max 2;
        /// Customs statistics number.
        statistics_number: Option<Text> => "statisticsNumber", max 100;
        /// Article names per language.
        article_name_translations: Vec<ArticleNameTranslation> => "articleNameTranslations";
        /// Stock limit for reordering.
        stock_limit: Option<i32> => "stockLimit";
        /// Smallest reorder quantity.
        minimum_reorder_quantity: Option<Decimal> => "minimumReorderQuantity";
        /// Net weight.
        net_weight: Option<Decimal> => "netWeight";
        /// URL of a picture.
        link_to_picture: Option<Text> => "linkToPicture";
        /// Kit or production structure.
        structure_definition: Option<Box<StructureDefinition>> => "structureDefinition";
        /// Pieces per pallet layer.
        quantity_per_layer_on_pallet: Option<i32> => "quantityPerLayerOnPallet";
        /// Sub-quantity per piece.
        sub_quantity_per_item: Option<Decimal> => "subQuantityPerItem";
        /// Least days to expiry allowed on delivery.
        min_days_to_expiry_date_allowed_on_delivery: Option<i32> => "minDaysToExpiryDateAllowedOnDelivery";
        /// Storage properties.
        storage_properties: Option<Box<ArticleStorageProperties>> => "storageProperties";
        /// Free fields.
        free_values: Option<Box<ArticleFreeValues>> => "freeValues";
        /// Storage class.
        storage_class: Option<Box<ArticleStorageClass>> => "storageClass";
        /// Description used in customs documents.
        customs_description: Option<Text> => "customsDescription";
        /// TARIC numbers per country.
        taric_numbers_info: Option<Box<ArticleTaricNumbersInfo>> => "taricNumbersInfo";
        /// Comment shown at inbound.
        article_inbound_handling_comment: Option<Text> => "articleInboundHandlingComment";
        /// Comment shown at picking.
        article_picking_handling_comment: Option<Text> => "articlePickingHandlingComment";
        /// Comment shown at returns.
        article_return_handling_comment: Option<Text> => "articleReturnHandlingComment";
        /// Comment shown at packing.
        article_packing_handling_comment: Option<Text> => "articlePackingHandlingComment";
        /// Additional customs statistics number.
        additional_statistics_number: Option<Text> => "additionalStatisticsNumber";
        /// Export conditions for customs.
        customs_export_conditions: Option<Text> => "customsExportConditions";
        /// Dangerous goods data; sent by a request of its own.
        dangerous_goods: Option<Box<DangerousGoods>> => "@dangerousGoods";
        /// The classes that the article has from now on, by code; one that Ongoing does not know yet is added to its
        /// register. Sent by requests of their own.
        classes: Vec<ArticleClass> => "@classes";
    }
}

document! {
    /// Article supplier info (PostArticleSupplierInfo in the OpenAPI file).
    ArticleSupplierInfo as "article supplier info", "PostArticleSupplierInfo" {
        /// The supplier's article number.
        supplier_article_number: Option<Text> => "supplierArticleNumber", max 200;
        /// Supplier number.
        supplier_number: Option<Text> => "supplierNumber", max 200;
        /// Supplier name.
        supplier_name: Option<Text> => "supplierName", max 200;
    }
}

document! {
    /// Article bar code info (PostArticleBarCodeInfo in the OpenAPI file).
    ArticleBarCodeInfo as "article bar code info", "PostArticleBarCodeInfo" {
        /// Barcode of a single piece (or of the entry at hand).
        bar_code: Option<Text> => "barCode", max 100;
        /// Barcode of a package.
        bar_code_package: Option<Text> => "barCodePackage";
        /// Barcode of a pallet.
        bar_code_pallet: Option<Text> => "barCodePallet";
        /// Extra barcodes for the article.
        alternative_bar_codes: Vec<ArticleAlternativeBarCode> => "alternativeBarCodes";
    }
}

document! {
    /// Article name translation (PostArticleNameTranslation in the OpenAPI file).
    ArticleNameTranslation as "article name translation", "PostArticleNameTranslation" {
        /// Language code.
        language_code: Option<Text> => "languageCode", max 50;
        /// Article name.
        article_name: Option<Text> => "articleName", max 200;
    }
}

document! {
    /// Structure definition (PostArticleStructureSpecification in the OpenAPI file).
    StructureDefinition as "structure definition", "PostArticleStructureSpecification" {
        /// Kind of article (ordinary, structure or production). Free text in responses.
        article_kind: Option<Text> => "articleKind";
        /// Rows.
        rows: Vec<StructureRow> => "rows";
    }
}

document! {
    /// Article storage properties (PostArticleStorageProperties in the OpenAPI file).
    ArticleStorageProperties as "article storage properties", "PostArticleStorageProperties" {
        /// Marked obsolete.
        is_obsolete: Option<bool> => "isObsolete";
        /// Serial number is tracked.
        is_serial_number_article: Option<bool> => "isSerialNumberArticle";
        /// Batch number is tracked.
        is_batch_article: Option<bool> => "isBatchArticle";
        /// Expiry date is tracked.
        is_expiry_date_article: Option<bool> => "isExpiryDateArticle";
    }
}

document! {
    /// Article free values (PostArticleFreeValues in the OpenAPI file).
    ArticleFreeValues as "article free values", "PostArticleFreeValues" {
        /// Free decimal field 1.
        free_decimal1: Option<Decimal> => "freeDecimal1";
        /// Free decimal field 2.
        free_decimal2: Option<Decimal> => "freeDecimal2";
        /// Free decimal field 3.
        free_decimal3: Option<Decimal> => "freeDecimal3";
        /// Free boolean field 1.
        free_boolean1: Option<bool> => "freeBoolean1";
        /// Free boolean field 2.
        free_boolean2: Option<bool> => "freeBoolean2";
        /// Free boolean field 3.
        free_boolean3: Option<bool> => "freeBoolean3";
    }
}

document! {
    /// Article storage class (PostArticleStorageClass in the OpenAPI file).
    ArticleStorageClass as "article storage class", "PostArticleStorageClass" {
        /// Name.
        name: Option<Text> => "name", required true, max 100;
    }
}

document! {
    /// Article taric numbers info (PostArticleTaricNumbersInfo in the OpenAPI file).
    ArticleTaricNumbersInfo as "article taric numbers info", "PostArticleTaricNumbersInfo" {
        /// TARIC numbers.
        taric_numbers: Vec<ArticleTaricNumber> => "taricNumbers";
    }
}

document! {
    /// Article alternative bar code (PostArticleAlternativeBarCode in the OpenAPI file).
    ArticleAlternativeBarCode as "article alternative bar code", "PostArticleAlternativeBarCode" {
        /// Barcode of a single piece (or of the entry at hand).
        bar_code: Option<Text> => "barCode";
        /// Pieces that one scan of the barcode stands for.
        quantity_per_bar_code: Option<Decimal> => "quantityPerBarCode";
        /// Type of the alternative barcode.
        bar_code_type: Option<Box<CodeName>> => "barCodeType";
    }
}

document! {
    /// Structure row (PostArticleStructureRow in the OpenAPI file).
    StructureRow as "structure row", "PostArticleStructureRow" {
        /// The goods owner's article number.
        article_number: Option<Text> => "articleNumber", required true;
        /// Quantity.
        number_of_items: Option<Decimal> => "numberOfItems";
    }
}

document! {
    /// Article taric number (PostArticleTaricNumber in the OpenAPI file).
    ArticleTaricNumber as "article taric number", "PostArticleTaricNumber" {
        /// ISO 3166-1 alpha-2 country code.
        country_code: Option<Text> => "countryCode", required true;
        /// TARIC number.
        taric_number: Option<Text> => "taricNumber", required true;
    }
}

document! {
    /// Dangerous goods (PostArticleDangerousGoodsModel in the OpenAPI file).
    DangerousGoods as "dangerous goods", "PostArticleDangerousGoodsModel" {
        /// UN number.
        un_number: Option<Text> => "unNumber", required true;
        /// UN packing group.
        un_package_type: Option<Text> => "unPackageType";
        /// Label numbers.
        un_label_numbers: Option<Text> => "unLabelNumbers";
        /// Marine hazard.
        un_is_marine_hazard: Option<bool> => "unIsMarineHazard";
        /// Dangerous goods coefficient.
        dangerous_goods_coefficient: Option<Decimal> => "dangerousGoodsCoefficient";
        /// EmS code.
        ems_code: Option<Text> => "emsCode";
        /// Proper shipping names.
        un_proper_shipping_names: Vec<ProperShippingName> => "unProperShippingNames";
    }
}

document! {
    /// Proper shipping name (PostArticleProperShippingNameModel in the OpenAPI file).
    ProperShippingName as "proper shipping name", "PostArticleProperShippingNameModel" {
        /// Language code.
        language_code: Option<Text> => "languageCode";
        /// Name.
        name: Option<Text> => "name";
    }
}

document! {
    /// Article class (sent as PostArticleClassModel in the OpenAPI file).
    ArticleClass as "article class", "" {
        /// Code.
        code: Option<Text> => "code", required true;
        /// Name; needed only for a class that Ongoing does not know yet.
        name: Option<Text> => "name";
        /// Comment.
        comment: Option<Text> => "comment";
    }
}
