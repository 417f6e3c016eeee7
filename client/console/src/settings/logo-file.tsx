import { LOGO_MAX_BYTES } from '@letterhead/shared/rules';
import { useEffect, useRef } from 'preact/hooks';

/** A picture that was chosen and not saved yet. */
export interface ChosenLogo {
  readonly picture: ImageBitmap;
  readonly base64: string;
}

/** Reads a file. Resolves to a sentence where it cannot be a logo; what else is wrong with it, the server says. */
export async function readLogoFile(file: File): Promise<ChosenLogo | string> {
  if (file.type !== 'image/png') return 'Choose a PNG file.';
  if (file.size > LOGO_MAX_BYTES)
    return `This file has ${Math.ceil(file.size / 1024)} KB. Choose one of at most ${LOGO_MAX_BYTES / 1024} KB.`;
  try {
    const [picture, base64] = await Promise.all([createImageBitmap(file), readBase64(file)]);
    return { picture, base64 };
  } catch {
    return 'This file is not a picture that can be shown.';
  }
}

function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** Drawn, because the page’s policy takes pictures from the server alone. */
export function ChosenLogoPreview({ chosen: { picture } }: { chosen: ChosenLogo }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => canvas.current?.getContext('2d')?.drawImage(picture, 0, 0), [picture]);
  return <canvas ref={canvas} class="logo" width={picture.width} height={picture.height} />;
}
