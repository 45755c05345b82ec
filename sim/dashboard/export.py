def exported_file(spec, lang):
    raise NotImplementedError
