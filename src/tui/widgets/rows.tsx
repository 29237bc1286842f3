import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';

import { fitLine, type Line } from '../present/line.ts';
import { paint, paintSelected, usePalette } from './palette.ts';

interface RowProps {
  readonly line: Line;
  readonly columns: number;
  readonly selected?: boolean;
}

/** One line of the screen, in exactly its columns. */
export function Row({ line, columns, selected = false }: RowProps): ReactElement {
  const palette = usePalette();
  const fitted = fitLine(line, columns);
  return <Painted text={selected ? paintSelected(fitted, palette) : paint(fitted, palette)} />;
}

/** Lines below each other. */
export function Rows({ lines, columns }: { lines: readonly Line[]; columns: number }): ReactElement {
  return (
    <Box flexDirection="column" width={columns}>
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line is where it is: its place is its identity
        <Row key={index} line={line} columns={columns} />
      ))}
    </Box>
  );
}

// Only what changed is laid out again.
const Painted = memo(({ text }: { text: string }) => <Text wrap="truncate-end">{text}</Text>);
