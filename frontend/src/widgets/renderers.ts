import { Button } from './Button';
import { Card } from './Card';
import { Chart } from './Chart';
import { Checkbox, RadioGroup } from './choice-inputs';
import { DatePicker } from './DatePicker';
import { Form } from './Form';
import { ListView, ListViewItem } from './ListView';
import { Basic, Box, Col, Divider, Row, Spacer } from './layout';
import { Badge, IconNode, ImageNode } from './media';
import type { Renderers } from './Node';
import { Select } from './Select';
import { Table, TableCell, TableRow } from './Table';
import { Transition } from './Transition';
import { Caption, Label, MarkdownNode, TextNode, Title } from './text';
import { Input, Textarea } from './text-inputs';

/** Every node of ChatKit: those of the Python SDK and those of the browser's types. */
export const renderers: Renderers = {
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
