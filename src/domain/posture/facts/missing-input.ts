/** How to give what a run was not given, in the words of the face that asked: they become a check's remedy. */
export interface MissingInput {
  readonly labels: string;
  readonly policy: string;
  readonly production: string;
}

export const onCommandLine: MissingInput = {
  labels: "give --labels FILE; 'scrubjay classify URL --labels FILE' makes one",
  policy: 'give --policy, with --labels',
  production: 'give --production URL',
};
