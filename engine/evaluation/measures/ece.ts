import { calibrationOfRanking, expectedCalibrationError } from '../calibration.ts';
import type { Measure } from './measure.ts';

export const ece: Measure = {
  name: 'ece',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Expected calibration error over ten equal-count bins.',
  source: 'Naeini et al. 2015; bins as NannyML cuts them',
  needs: 'probability',
  // The bins of each resample would need a sort of their own.
  resampled: false,
  binary: (rows) => expectedCalibrationError(calibrationOfRanking(rows)),
};
