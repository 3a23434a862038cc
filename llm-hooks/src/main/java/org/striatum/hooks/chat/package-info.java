/// Chats as a checkpoint's own template writes them: where it is found, what it renders, how a turn ends, where thinking
/// stands.
package org.striatum.hooks.chat;
