import type { Preset } from '../core/profile.ts';
import { hosted } from './vendors.ts';

/**
 * Vendors' models in the clouds of others: an account, a project or a region stands in their addresses, and their
 * credentials are good for much else, so they are used only when a person names them.
 */
export const CLOUDS: readonly Preset[] = [
  // https://docs.aws.amazon.com/general/latest/gr/bedrock.html
  hosted({
    name: 'bedrock',
    title: 'Amazon Bedrock',
    url: 'https://bedrock-runtime.${AWS_REGION}.amazonaws.com',
    format: 'bedrock-converse',
    auth: 'aws',
    // Ids of models begin with their vendor, ids of inference profiles with a region before it.
    owns: [
      'anthropic.*',
      '*.anthropic.*',
      'amazon.*',
      '*.amazon.*',
      'meta.*',
      '*.meta.*',
      'arn:aws:bedrock:*',
    ],
    model: 'amazon.nova-micro-v1:0',
    docsPage: 'https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference.html',
    onRequest: true,
  }),
  // https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations: the global place has every current model, and
  // another one is a matter of `--url`.
  hosted({
    name: 'vertex-gemini',
    title: 'Google Vertex AI (Gemini)',
    url: 'https://aiplatform.googleapis.com/v1/projects/${GOOGLE_CLOUD_PROJECT}/locations/global',
    format: 'gemini',
    auth: 'google',
    quirks: ['vertex-dialect'],
    model: 'gemini-2.5-flash',
    docsPage: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference',
    onRequest: true,
  }),
  // https://docs.claude.com/en/docs/build-with-claude/claude-on-vertex-ai
  hosted({
    name: 'vertex-anthropic',
    title: 'Google Vertex AI (Claude)',
    url: 'https://aiplatform.googleapis.com/v1/projects/${GOOGLE_CLOUD_PROJECT}/locations/global/publishers/anthropic',
    format: 'anthropic-messages',
    auth: 'google',
    quirks: ['anthropic-vertex'],
    model: 'claude-haiku-4-5@20251001',
    docsPage: 'https://docs.claude.com/en/docs/build-with-claude/claude-on-vertex-ai',
    onRequest: true,
  }),
  // https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle: models are named by their deployment.
  hosted({
    name: 'azure-openai',
    title: 'Azure OpenAI',
    url: 'https://${AZURE_RESOURCE_NAME}.openai.azure.com/openai/v1',
    alsoSpeaks: ['openai-responses'],
    auth: 'api-key',
    env: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
    docsPage: 'https://learn.microsoft.com/azure/ai-foundry/openai/latest',
    onRequest: true,
  }),
];
