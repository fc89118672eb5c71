"""Pages: what people see, made on the server, alive in the browser.

**Folders**: one for each noun (``alerts/``, ``services/``), with ``list.py``, ``show.py``, ``edit.py`` and its
``templates/``; ``kit/`` has what they share and imports none of them, and none imports another.

**A page** is a router file of its own (`tocsin.web.start.home` is a short one), listed in `tocsin.web.routes`; where
the bars shall lead to it, `tocsin.web.kit.navigation` has its place. A route parses, calls the store as the API does
(same models, same `tocsin.http.access`, every write within `acting`), and renders::

    router = APIRouter(include_in_schema=False)

    @router.get("/teams")
    async def teams(request: Request, viewer: Viewer, pool: Database) -> Response:
        return await page(request, viewer, "teams/list.html.j2", live="", **await _shown(pool))

``Viewer`` sends strangers to the sign-in and refuses forms from other sites. One *context function* (``_shown``)
gathers what the page and its fragments show.

**A template** extends ``kit/signed_in.html.j2`` and fills ``title`` and ``main`` (and ``head`` for a script of its own:
``<script src="{{ asset("engine.js") }}" defer></script>``, built from ``frontend/src/pages/engine.js``). It finds
``viewer``, ``now`` (the database's), ``zone`` (theirs); ``ui.…`` has icons, times, fields, headings, notes and empty
states (``kit/ui.html.j2``). No inline script or style: the content security policy forbids them. An icon must stand in
``frontend/icons.txt``. After a change in ``frontend/``: ``python frontend/build.py``.

**A fragment** is a block named like the id of its element; htmx asks the page's own path for it::

    {% block teams %}<section id="teams" hx-get="/teams" hx-trigger="live:alerts from:body" hx-target="this"
    hx-swap="morph">…</section>{% endblock %}

**Live**: ``page(…, live="alerts engine")`` opens one stream; each topic that changes becomes an event ``live:<topic>``
on the body (`tocsin.web.kit.live_hub`). ``morph`` leaves alone what has not changed: focus, open menus, ticks of
``data-keep`` boxes. A fragment is asked for with the page's query when ``hx-get`` says so.

**A form** posts to its own path and works without a script. ``Sent`` reads it, ``form.body(Model, values)`` makes the
API's model; on `FORM_ERRORS` the page is shown again with ``form.wrong(error)`` and ``status_of(error)``, each error
beside its field (``ui.field(form, "name", "Name")``). Afterwards ``see_other(path, "Saved.")``. What loses something
asks first: ``data-confirm="…"``. Nothing else to do for a session that ends meanwhile (`tocsin.web.account.sign_in`).

**An editor** makes, changes and deletes one kind of object. `tocsin.web.kit.editor` has its handlers, named alike
everywhere (``new_form``, ``create``, ``edit_form``, ``update``, ``delete``), and what they share: rights, errors beside
their fields with what was typed kept, two people who edit the same thing, buttons that do not save, where it all leads.
``edit.py`` says the rest: what fills a form, what is made of it, and what its page shows (`tocsin.web.rotations.edit`).

**A test** in ``tests/web/browser`` opens ``desktop`` or ``phone``, ``goto``\\ es the path, and calls
``no_complaints(page)`` and ``screenshot(page, "teams")``. `benchmarks.pages` measures every page that its list names.
"""
