import { Linkify } from './Linkify';

/** Why an element is not there, for whoever runs the page: names of policies and addresses, in English everywhere. */
export const Diagnosis = ({ text }: { text: string | null | undefined }) =>
  text ? (
    <bdi lang="en">
      <Linkify text={text} />
    </bdi>
  ) : null;
