"""Every drill, every action from the browser, and what watches the platform take an hour on a slow machine: they are of `./dev test drills` alone."""
import os


def pytest_configure(config):
    config.addinivalue_line('markers', 'drills: of ./dev test drills alone')


def pytest_collection_modifyitems(config, items):
    if os.environ.get('DRILLS') != 'all':
        late = [item for item in items if item.get_closest_marker('drills') or 'watched' in item.fixturenames]
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item not in late]
