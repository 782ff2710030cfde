"""Errors that a user causes. `handlers.error_handler` answers each with a sentence.

UserError
 ├── PromptTooLong   (handlers.prompt) the prompt has too many characters
 ├── CountRefused    (handlers.count_flag) so many pictures cannot be drawn at once
 ├── SourceError     (handlers.attachments) the attachment cannot be edited
 ├── GroupAdminsOnly the command or button is for admins of the group
 ├── PictureHidden   the bot's admins have hidden the picture that it is about
 ├── NoSharedHistory the group's admins have not switched its shared history on
 └── ButtonError     the pressed button does nothing
      ├── ButtonExpired     its request or message was deleted
      └── NotOwner          it is another user's
"""


class UserError(Exception):
    """The user's message or press cannot be followed as it is."""


class GroupAdminsOnly(UserError):
    """The command or the button is for admins of the group."""


class PictureHidden(UserError):
    """The bot's admins have hidden the picture that the message or the button is about."""


class NoSharedHistory(UserError):
    """The group's admins have not switched its shared history on."""


class ButtonError(UserError):
    """The pressed button does nothing."""


class ButtonExpired(ButtonError):
    """The button is too old: its request or message was deleted."""


class NotOwner(ButtonError):
    """The button is another user's."""
