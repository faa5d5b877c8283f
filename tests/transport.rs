//! What every transport does, whatever the world: one list of behaviours, run over each of them. And what only SFTP,
//! only kept sessions and only the watcher do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "transport/behaviours.rs"]
mod behaviours;
#[path = "transport/sessions.rs"]
mod sessions;
#[path = "transport/sftp.rs"]
mod sftp;
#[path = "transport/watch.rs"]
mod watch;
#[path = "transport/wire.rs"]
mod wire;
#[path = "transport/worlds.rs"]
mod worlds;

/// Makes a test of each behaviour in each world.
macro_rules! in_every_world {
    ($($behaviour:ident),* $(,)?) => {
        mod memory { $(#[test] fn $behaviour() { crate::behaviours::$behaviour(&crate::worlds::World::memory()); })* }
        mod local { $(#[test] fn $behaviour() { crate::behaviours::$behaviour(&crate::worlds::World::local()); })* }
        mod sshd { $(#[test] fn $behaviour() { crate::behaviours::$behaviour(&crate::worlds::World::sshd()); })* }
        mod in_process { $(#[test] fn $behaviour() { crate::behaviours::$behaviour(&crate::worlds::World::in_process()); })* }
    };
}

in_every_world!(
    what_is_written_is_read_back,
    an_empty_file_is_a_file,
    a_large_file_is_whole,
    a_file_that_is_there_is_replaced_whole,
    names_keep_every_character,
    a_listing_has_the_files_and_nothing_else,
    a_listing_ends_when_it_is_told_to,
    a_listing_of_many_files_has_each_once,
    looking_says_what_the_listing_says,
    a_file_gets_a_new_name_in_another_folder,
    a_new_name_that_is_taken_replaces_nothing,
    what_is_not_there_cannot_be_renamed,
    a_folder_that_is_not_there_takes_no_file,
    a_removed_file_is_gone,
    what_is_not_there_is_not_found,
    a_path_that_leaves_the_folder_is_refused,
    folders_are_made_with_their_parents,
    a_name_is_one_files_or_one_folders,
    a_folder_that_several_make_at_once_is_made,
    a_source_that_breaks_off_is_a_failure,
    a_target_that_takes_no_more_is_a_failure,
    a_file_that_shrinks_while_it_is_read_is_a_failure,
    a_session_is_fit_for_use_after_trouble,
    links_and_folders_are_no_files,
    a_name_that_is_no_text_is_shown_and_refused,
);
