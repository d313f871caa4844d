import type { ReactNode } from 'react';
import { Button } from './Button';
import { Card } from './Card';
import { Chart } from './Chart';
import { Checkbox, RadioGroup } from './choices';
import { DatePicker } from './DatePicker';
import { Form } from './Form';
import { Input, Textarea } from './inputs';
import { ListView, ListViewItem } from './ListView';
import { Basic, Box, Col, Divider, Row, Spacer } from './layout';
import { Badge, IconNode, ImageNode } from './media';
import type { NodeProps } from './Node';
import { Select } from './Select';
import { Table, TableCell, TableRow } from './Table';
import { Transition } from './Transition';
import { Caption, Label, MarkdownNode, TextNode, Title } from './text';

/** Every node of ChatKit: those of the Python SDK and those of the browser's types. */
export const renderers: Record<string, (props: NodeProps) => ReactNode> = {
  Badge,
  Basic,
  Box,
  Button,
  Caption,
  Card,
  Chart,
  Checkbox,
  Col,
  DatePicker,
  Divider,
  Form,
  Icon: IconNode,
  Image: ImageNode,
  Input,
  Label,
  ListView,
  ListViewItem,
  Markdown: MarkdownNode,
  RadioGroup,
  Row,
  Select,
  Spacer,
  Table,
  'Table.Cell': TableCell,
  'Table.Row': TableRow,
  Text: TextNode,
  Textarea,
  Title,
  Transition,
};
