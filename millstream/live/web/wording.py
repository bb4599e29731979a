"""How `live` says no."""

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING = {
    "live.no_such_show": Wording(_("There is no show at this address."), _("See what is on and what comes next."), 404),
    "live.not_your_show": Wording(_("Only the host of a show can do this."), _("Act as its host, or go back."), 403),
    "live.show_over": Wording(_("This show is over."), _("Plan a new one in your studio."), 409),
    "live.show_not_live": Wording(
        _("The show is not on yet."), _("Start it first, then put a product on the table."), 409
    ),
    "live.host_is_live": Wording(
        _("“{title}” is still on."), _("End it first: a host can be live in one show at a time."), 409
    ),
    "live.starts_in_the_past": Wording(_("That time is over already."), _("Choose a time from now on."), 422),
    "live.not_in_rundown": Wording(
        _("This product is not in the rundown of the show."), _("Add it to the rundown first."), 409
    ),
    "live.already_in_rundown": Wording(_("This product is in the rundown already."), "", 409),
    "live.rundown_full": Wording(_("A rundown holds {most} products."), _("Take one out before you add another."), 409),
    "live.seller_has_not_agreed": Wording(
        _("The maker has not agreed yet that you sell for it."), _("Agree on a pact first, then add the product."), 403
    ),
    "live.not_for_sale": Wording(_("This product is not for sale now."), _("Choose another one."), 409),
    "live.too_fast": Wording(
        _("You are talking faster than the room can read."), _("Wait {retry_after} seconds."), 429
    ),
    "live.too_long": Wording(_("That is too long."), _("Say it in {most} characters."), 422),
    "live.repeated": Wording(_("You said this a moment ago."), _("Everybody has it already."), 409),
    "live.empty": Wording(_("There is nothing in the message."), _("Write something first."), 422),
    "live.muted": Wording(
        _("The host asked you to be silent for a while."), _("You can talk again in {minutes} minutes."), 403
    ),
    "live.talk_closed": Wording(_("The chat of this show is closed."), "", 409),
    "live.bad_message": Wording(_("The room did not understand that."), _("Reload the page."), 400),
    "live.directed_elsewhere": Wording(
        _("Another device directs this show."), _("Take the direction over here, then press again."), 409
    ),
    "live.filmed_elsewhere": Wording(
        _("Another device films this show."), _("Choose “Film here” to take over from it."), 409
    ),
    "live.price_is_the_sellers": Wording(
        _("This price belongs to its maker."), _("Open a deal instead: it goes back by itself."), 403
    ),
    "live.price_below_floor": Wording(
        _("The maker agreed on no less than {floor}."),
        _("Choose a price from there on, or ask the maker to write a lower one under Pacts, Floor prices."),
        422,
    ),
    "live.household_objects": Wording(
        _("This household does not want you to list for it."), _("Talk with it first, or choose another one."), 403
    ),
    "live.quick_key_missing": Wording(_("This form is too old."), _("Reload the page and list it again."), 422),
    "live.invitation_gone": Wording(
        _("This invitation was used, taken back, or is too old."), _("Ask the host for a new one."), 410
    ),
    "live.already_in_crew": Wording(_("You work on this show already."), "", 409),
    "live.crew_full": Wording(_("A crew has at most {most} people."), _("Let somebody go first."), 409),
    "live.too_many_invitations": Wording(
        _("There are {most} open invitations already."), _("Take one back first."), 409
    ),
    "live.not_in_crew": Wording(_("This person does not work on the show."), "", 404),
    "live.bad_rule": Wording(_("A show cannot repeat like this."), _("Look at what you chose for repeating."), 422),
    "live.already_repeats": Wording(_("This show repeats already."), "", 409),
    "live.preview_too_large": Wording(_("A preview clip has at most {most} MB."), _("Choose a shorter one."), 422),
    "live.no_video": Wording(_("That is no video that we can read."), _("Choose an MP4, MOV or WebM file."), 422),
    "live.poster_font_missing": Wording(
        _("The font of posters is not installed here."), _("Tell the operator: pylopdf-fonts-zh-cn is missing."), 503
    ),
    "live.reminders_closed": Wording(
        _("There is nothing to be reminded of any more."), _("See what is on and what comes next."), 409
    ),
    "live.no_such_message": Wording(_("This message is gone already."), "", 404),
    "live.banned": Wording(_("You may not talk here any more."), _("See why, and appeal if that is wrong."), 403),
    "live.talk_off": Wording(_("The chat is off for now."), _("The host will open it again."), 403),
    "live.slow_mode": Wording(
        _("The chat is in slow mode: one message every {seconds} seconds."), _("Wait {retry_after} seconds."), 429
    ),
    "live.only_verified": Wording(
        _("Guests read along here."), _("Sign in or verify your contact to talk with the others."), 403
    ),
    "live.only_followers": Wording(_("Only followers talk here."), _("Follow the host, then say it again."), 403),
    "live.only_buyers": Wording(
        _("Only who has bought from this host talks here."), _("You can read along, and buy."), 403
    ),
    "live.emoji_only": Wording(_("Only emoji for now."), _("The host will open the chat again."), 422),
    "live.no_links": Wording(_("Links are not shown in the chat."), _("Say it without one."), 422),
    "live.blocked_words": Wording(
        _("There is a word in this that is not said here."), _("Say it in other words."), 422
    ),
    "live.not_this_one": Wording(
        _("Who keeps order in this show cannot be silenced by it."), _("Take the message away instead."), 409
    ),
    "live.may_not_moderate": Wording(
        _("Only who keeps order in this show can do this."), _("Act as its host or moderator, or go back."), 403
    ),
    "live.words_full": Wording(_("A list holds {most} words."), _("Take some out first."), 422),
    "live.not_a_word": Wording(_("That is no word that could be found in a message."), _("Write letters."), 422),
    "live.why_missing": Wording(_("Say why: it stands in the log."), "", 422),
    "live.no_such_act": Wording(_("Somebody has decided this already."), _("Reload the page."), 409),
    "live.not_silenced": Wording(_("Whoever said this may talk already."), "", 409),
    "live.already_reported": Wording(_("You reported this before."), _("Somebody looks at it, or has decided."), 409),
    "live.operator_decides": Wording(
        _("The platform's operator decides about this report."), _("It is in the operator's queue."), 403
    ),
    "live.nothing_to_appeal": Wording(_("Nobody has silenced you here."), _("Go back to the show."), 409),
    "live.appealed_before": Wording(_("You have appealed already."), _("The answer will stand on this page."), 409),
    "live.appeals_full": Wording(
        _("Others of your network have appealed already."), _("The answer to them counts for all of you."), 409
    ),
    "live.sale_closed": Wording(
        _("The counter is closed for now."), _("Nothing is lost: try again when it opens."), 409
    ),
    "live.not_begun": Wording(_("The show has not begun yet."), _("Try again when it is on."), 409),
    "live.sale_over": Wording(_("The show is over."), _("Look at its replay for what you can still buy."), 409),
    "live.video_closed": Wording(
        _("The platform has closed the picture of this show."), _("Write to its operator."), 403
    ),
    "live.contact_needed": Wording(
        _("Your first purchase takes a contact and an address."), _("Give them once in the buy sheet."), 409
    ),
    "live.counter_busy": Wording(
        _("More people are asking than can be answered at once."), _("Try again in {retry_after} seconds."), 429
    ),
    "live.nothing_to_ask": Wording(_("This cannot be asked here."), _("Reload the page."), 409),
    "live.no_such_product_clip": Wording(_("This clip is gone already."), _("Reload the page."), 404),
    "live.no_such_promise": Wording(
        _("There is no such promise, or its time is over."), _("Look at your order again."), 404
    ),
    "live.no_such_slip": Wording(
        _("Nothing of this household was sold in this show."), _("Look at the slips of other shows."), 404
    ),
}
