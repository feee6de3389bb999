import '../ui/elements.ts';
import '../ui/base.css';
import './sourcePreview.css';
import { startView } from '../ui/frame/frame.ts';
import type { PreviewConnection } from './model.ts';
import { SourcePreviewPage } from './sourcePreview.ts';

startView((connection: PreviewConnection) => new SourcePreviewPage(connection));
