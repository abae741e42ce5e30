import { defineCheck } from '../../check.js';
import { at, objectsIn, printObject } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** StorageClass of volumes that databases claim: parameters that say encrypted. */
export const k8sVolumeEnc = defineCheck({
  id: 'k8s-volume-enc',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) => {
    const classes = objects.filter(({ kind }) => kind === 'StorageClass');
    const claims = objects
      .filter(({ kind }) => kind === 'StatefulSet')
      .flatMap((set) =>
        objectsIn(set.body, 'spec', 'volumeClaimTemplates').map((claim) => ({
          object: set,
          name: at(claim, 'spec', 'storageClassName'),
        })),
      )
      .concat(
        objects
          .filter(({ kind }) => kind === 'PersistentVolumeClaim')
          .map((object) => ({ object, name: at(object.body, 'spec', 'storageClassName') })),
      );
    return each(
      claims,
      ({ object, name }) => {
        const details = { subject: printObject(object), place: object.place };
        const storage = classes.find((each) => each.name === name);
        if (!storage)
          return unknown(
            `its storage class ${typeof name === 'string' ? name : '(the default)'} is not among the manifests`,
            details,
          );
        const parameters = at(storage.body, 'parameters') ?? {};
        const encrypted = at(parameters, 'encrypted');
        // A key that is named beside `encrypted: "false"` encrypts nothing.
        const says =
          encrypted === undefined
            ? Object.keys(parameters).some((key) => /kms|diskEncryptionSet|encryption-key/i.test(key))
            : encrypted === true || encrypted === 'true';
        if (says) return pass(`its storage class ${storage.name} encrypts`, details);
        // Azure and Google encrypt every disk; Amazon does where it is asked to.
        return /ebs\.csi\.aws\.com|aws-ebs/.test(String(storage.body.provisioner))
          ? fail(`its storage class ${storage.name} does not encrypt`, details)
          : unknown(`its storage class ${storage.name} does not say whether it encrypts`, details);
      },
      notApplicable('no volume is claimed'),
    );
  },
  remedy: yaml('kind: StorageClass', 'parameters: { encrypted: "true", kmsKeyId: "arn:aws:kms:…" }'),
  verify: 'kubectl get storageclass -o yaml',
});
