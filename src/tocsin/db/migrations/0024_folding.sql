-- A text as searches compare it: without accents and case, so that zurich finds Zürich and strasse finds Straße. What a
-- plain text asks for is done by lower() alone. It needs no extension (unaccent may not be installed) and no locale:
-- the capitals of Greek and Cyrillic are named, since lower() leaves them alone where the database has the locale C.
create function folded(value text) returns text language sql immutable parallel safe as $$
    select case
        when octet_length(value) = length(value) then lower(value)
        else translate(
            replace(replace(replace(replace(lower(translate(
                regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'),
                'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯẞÆŒÞ',
                'αβγδεζηθικλμνξοπρστυφχψωђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяßæœþ'
            )), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            'ØĐŁÐĦŦŊıøđłðħŧŋς',
            'odldhtŋiodldhtŋσ'
        )
    end
$$;
