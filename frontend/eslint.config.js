import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

// Imports flow one way: shared ← features ← app; a feature does not know its neighbours and reaches its own files by './'.
const boundary = (files, patterns) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }],
  },
})
const boundaries = [
  boundary(['src/shared/**'], [[['@/features/*', '@/app/*', '**/features/**', '**/app/**'], 'shared/ knows nothing of features/ and app/.']]),
  boundary(['src/features/**'], [
    [['@/app/*', '**/app/**'], 'features/ knows nothing of app/.'],
    [['@/features/*', '../*'], 'Features do not import each other; move what both need to shared/.'],
  ]),
]

export default tseslint.config(
  { ignores: ['dist*/', 'node_modules/', 'src/shared/api.gen.ts', 'src/components.d.ts'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.ts', '**/*.vue', '**/*.js', '**/*.mjs'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
    rules: {
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'Data goes into text nodes only.' })),
      ],
      'no-restricted-globals': [
        'error',
        { name: 'localStorage', message: 'Only shared/preferences.ts keeps anything, and never a token.' },
        { name: 'fetch', message: 'Calls go through shared/http.ts.' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    rules: {
      'max-lines': ['error', { max: 250 }],
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-unused-refs': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'always' } }],
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/require-default-prop': 'off',
    },
  },
  {
    files: ['src/shared/http.ts', 'src/shared/session.ts', '**/*.test.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  { files: ['src/shared/preferences.ts', 'public/theme.js'], rules: { 'no-restricted-globals': 'off' } },
  ...boundaries,
  { files: ['scripts/**', '*.config.*'], rules: { 'no-console': 'off' } },
)

